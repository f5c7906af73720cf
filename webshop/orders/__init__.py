"""Orders: what was bought, as it stood at that moment. Later changes of catalogue or customer never alter one.

An order is made by `checkout.submit` and moved only by `orders.services.move`, along the arrows in `states.py`.
One-off and monthly amounts are kept and shown apart. The value that approval rules look at is the one-off net plus
the monthly net times the minimum term.
"""
