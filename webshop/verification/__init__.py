"""The promises of the domain, as questions to a live database (R-34).

A rule names a promise in a sentence, counts the records it looks at, and finds those for which it does not hold. All
rules of one run see the same moment. `webshop verify` runs them all; a stress test ends with it.
"""
