"""A webshop in which municipalities order IT hardware and services from their IT provider, on account."""

__version__ = "0.1.0"
