"""Carts: several named ones per person, private or shared in the house. Prices are shown here, never promised.

A cart is also the draft of an order: address, date, references and the splits of its lines over addresses and cost
centres are kept in it until it is submitted. Its `version` rises with every change, so that nobody orders what
somebody else has changed meanwhile (R-3).
"""
