"""Record → Review: pure, repeatable for ever. `judge.review` is the door."""
