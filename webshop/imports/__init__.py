"""Reading files into the shop: articles, services, customers, cost centres, people, framework contracts.

A file's kind is recognised by its header. Rows are read one by one, checked cell by cell, and written in batches, so that
memory does not grow with the file. Every bad row is told with line, column and reason. Without `skip_bad` one bad row means
that nothing is written; with it the good rows are written and the bad ones left out. A row is found again by its number:
reading the same file twice changes nothing. Cells are text: `=1+1` is three characters, never a formula.
"""
