"""Drills in the calendar: servers that take slots, agents that run them, notices, and how all of it is doing.

server ── claims a slot in the store, for its host ──▶ agent ── starts `gameday run` ──▶ drill (its own supervisor and guard)
   │                                                     └ holds the Docker socket, and nothing that speaks to the world
   └ notices, health and metrics; never Docker
"""
