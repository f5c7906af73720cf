"""One engine for decisions: cases, steps, decisions, questions. It knows neither orders nor quotes.

A case belongs to one record, named by kind, id and number, and to the hash of what that record said when it was
submitted; a decision about other content is refused. Steps of the lowest open stage must all be granted before the
next stage opens. One person decides once per case, never on their own submission: the database says so (four eyes).
"""
