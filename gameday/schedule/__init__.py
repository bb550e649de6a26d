"""Schedule: rules and calendars → slots, rosters, invitations. Pure: no I/O, no clock; moments in, moments out.

    agenda = Agenda(schedules, calendars, seals)          # agenda.py; compiled once, asked often
    agenda.slots(since, until)      -> Iterator[Slot]      since <= moment < until, in order; paused schedules too
    agenda.occasions(since, until)  -> Iterator[Slot | Withheld]
    agenda.next_due(after)          -> Slot | None         of all schedules, moment > after
    agenda.next_of(name, after)     -> Slot | None
    agenda.draw(now, until, salt)   -> Sequence[Seal]      for windows of surprises that need one; keep them, then
    agenda.with_seals(seals)        -> Agenda              a surprise without a seal has no slot

Whoever runs slots records every occasion: `ran`, `missed` with its cause (also when the schedule is paused), or `withheld`.
"""
