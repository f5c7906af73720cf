"""What can be ordered: categories, articles, prices, stock, framework contracts.

List prices and contract prices are rows with a validity; which one counts is decided by one function of organisation,
date and quantity (`pricing.py`). Stock and contract volume are moved by conditional updates only (R-5, R-6).
"""
