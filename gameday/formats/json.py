"""`review.json`: the contract that other tools read."""

from __future__ import annotations

import json

from gameday.model.record import Record
from gameday.model.review import Review


class Json:
    """Everything in the review, in the order of the contract; characters outside ASCII are escaped."""

    ending = "json"

    def render(self, review: Review, record: Record) -> str:
        return json.dumps(json.loads(review.model_dump_json(by_alias=True)), indent=2) + "\n"
