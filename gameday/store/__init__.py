"""What is known across drills, in one SQL store: SQLite on one host, PostgreSQL where several share it.

A drill's own record is its folder; the store says which slots there were, who took each, and what became of it.
"""
