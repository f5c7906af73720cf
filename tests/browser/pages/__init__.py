"""The shop's pages as people use them: things are found by their role and their German name."""
