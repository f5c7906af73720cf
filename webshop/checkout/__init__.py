"""What crosses packages: submitting a cart and deciding about an order, each in one transaction."""
