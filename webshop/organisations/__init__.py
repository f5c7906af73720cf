"""Tenants and what belongs to them: addresses, cost centres and their people, budgets and commitments.

Every row of a tenant carries its organisation, and points to other rows of the same tenant by a composite foreign
key, so that no order can name another municipality's cost centre (S-2).
"""
