"""Scenario → Timeline. The only part of gameday that waits."""
