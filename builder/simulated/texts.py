"""What people write to an invented company, sorted by what they truly want. Read by `worlds` alone.

`{…}` is filled with one of `WORDS`. Texts under `DOUBTFUL` can mean one thing or another; each says with which
weights. They are invented: no person and no company wrote any of them.
"""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, ...]] = {
    "number": ("20417", "88120", "A-5531", "7342", "30981", "B-1207", "64455", "11836"),
    "count": ("three", "12", "a few", "40", "150", "two", "about 25"),
    "day": ("Monday", "Tuesday", "last week", "Friday", "the 3rd", "yesterday", "two weeks ago"),
    "item": ("desk lamps", "office chairs", "the standing desk", "shelves", "the meeting table", "cable trays"),
    "sum": ("240 euros", "1,180 euros", "59.90", "the full amount", "312.40", "86 euros"),
    "city": ("Lyon", "Bergen", "Porto", "Graz", "Cork", "Ghent", "Turku"),
    "room": ("the room", "our room", "the suite", "room 214", "the double room"),
    "who": ("the man at the desk", "the staff", "the waiter", "the lady at reception", "everybody", "the team"),
}

OPENERS = ("", "", "", "Hello, ", "Hi, ", "Good morning, ", "Dear all, ", "Hi there, ", "Sorry to bother you, ")
CLOSERS = (
    "",
    "",
    "",
    " Thanks!",
    " Thank you.",
    " Kind regards",
    " Best, Ines",
    " Please answer soon.",
    " Cheers, Tom",
)

DEPARTMENTS: Mapping[str, tuple[str, ...]] = {
    "sales": (
        "could you send us a quote for {count} {item}?",
        "do you give a discount if we order {count} of the {item}?",
        "we are fitting out a new office in {city} and would like an offer for {item}.",
        "which of your {item} would you recommend for a small team?",
        "is there a price list for {item} for resellers?",
        "can somebody show us the {item} before we buy?",
        "we would like to buy {count} more {item} at the price of {day}.",
        "what would {count} {item} cost us in all?",
    ),
    "billing": (
        "invoice {number} has the wrong VAT number, please correct it.",
        "we were charged {sum} twice for order {number}.",
        "please send a copy of the invoice for order {number}, our accountant needs it.",
        "the reminder of {day} must be a mistake, we paid {sum} already.",
        "when will {sum} be refunded to our account?",
        "can we pay invoice {number} by card instead of by transfer?",
        "our bank details have changed, please update them for the payments.",
        "the amount on invoice {number} does not agree with the order.",
    ),
    "support": (
        "one of {item} is broken, the screw came out on {day}.",
        "how do I put {item} together? The manual lacks a page.",
        "{item} make a noise when I move them, is that normal?",
        "the motor of the standing desk stopped and shows error E4.",
        "a leg of {item} is loose and cannot be fixed with the tool.",
        "can I get a spare part for {item}? The handle cracked.",
        "the lamp flickers and does not switch off any more.",
        "the height of the chair does not hold, it sinks slowly.",
    ),
    "delivery": (
        "where is order {number}? It was to come on {day}.",
        "the driver left the parcel with order {number} at the wrong door.",
        "please deliver order {number} to our branch in {city} instead.",
        "tracking of order {number} has not moved since {day}.",
        "can the {item} come before {day}? We have people waiting.",
        "nobody was at home when the van came, when do you come again?",
        "only a part of order {number} has arrived, {count} boxes are missing.",
        "does the carrier bring the {item} up to the third floor?",
    ),
}
DEPARTMENTS_DOUBTFUL: tuple[tuple[str, Mapping[str, int]], ...] = (
    (
        "order {number} came with {item} that we did not order, and now there is an invoice.",
        {"billing": 3, "delivery": 2},
    ),
    ("{item} arrived scratched, what now?", {"support": 3, "delivery": 3}),
    ("I want to send {item} back and have my money.", {"billing": 3, "delivery": 2, "support": 1}),
    ("please call me about order {number}.", {"sales": 1, "billing": 2, "support": 2, "delivery": 3}),
    ("what does it cost to have {item} delivered and put up in {city}?", {"sales": 3, "delivery": 2}),
    ("we would need {count} more parts for {item}, what do they cost?", {"sales": 2, "support": 2}),
    ("you promised {sum} off because the {item} came late.", {"billing": 2, "sales": 2, "delivery": 1}),
    ("nothing works as it was promised, who is in charge?", {"support": 3, "sales": 1, "delivery": 1}),
)

GUESTS: Mapping[str, tuple[str, ...]] = {
    "praise": (
        "we loved every minute, {who} could not have been kinder.",
        "the breakfast was wonderful and {room} had a lovely view.",
        "thank you for a perfect weekend, we will surely come back.",
        "{who} made us feel at home, best stay in {city} so far.",
        "{room} was spotless and so quiet, we slept very well.",
        "great value, friendly people, beautiful garden.",
        "our children still talk about the pool, it was fantastic.",
        "a big compliment to {who}, such warm service.",
    ),
    "complaint": (
        "{room} was dirty and smelled of smoke, we are disappointed.",
        "we waited an hour to check in and {who} did not even apologise.",
        "the shower was cold on both mornings and nobody repaired it.",
        "it was so loud at night that we could not sleep at all.",
        "you charged us {sum} for a minibar that we never opened.",
        "breakfast was poor, the coffee undrinkable and half of it was gone at nine.",
        "the heating in {room} did not work and we were freezing.",
        "{who} was rude to my mother, that is unacceptable.",
    ),
    "question": (
        "can we check in before noon on {day}?",
        "is there a car park, and what does it cost a night?",
        "do you have a cot for a baby in {room}?",
        "how far is it from the station in {city} to the hotel?",
        "may we bring a small dog?",
        "at what time is breakfast served on Sundays?",
        "could you tell me whether {room} has a bath or a shower?",
        "is it possible to change the booking {number} to another day?",
    ),
}
GUESTS_DOUBTFUL: tuple[tuple[str, Mapping[str, int]], ...] = (
    ("lovely hotel, but {room} was far too warm.", {"praise": 2, "complaint": 3}),
    ("why is there no kettle in {room}?", {"question": 2, "complaint": 3}),
    ("the stay was fine. Is it always so loud on {day}?", {"complaint": 2, "question": 2, "praise": 1}),
    ("well, {who} tried hard at least.", {"praise": 1, "complaint": 3}),
)

REPAIRS: Mapping[str, tuple[str, ...]] = {
    "coffee machines": (
        "my Barista Two leaks from below since {day}.",
        "the Barista Two grinds, but no coffee comes out.",
        "Barista Two, bought in {city}: the milk foamer stays cold.",
        "the espresso tastes burnt and the Barista shows the red lamp.",
        "the water tank of the Barista Two is cracked.",
        "the coffee machine stops in the middle of a cup.",
    ),
    "vacuum cleaners": (
        "my Nova has no suction any more since {day}.",
        "the Nova does not charge, the lamp blinks orange.",
        "the brush of the Nova is stuck, repair number {number}.",
        "Nova, bought in {city}: it switches off after a minute.",
        "the dust bin of the Nova does not close any more.",
        "the vacuum cleaner smells burnt when it runs.",
    ),
    "kettles": (
        "the lid of my Rapide does not close since {day}.",
        "the Rapide kettle does not switch off when the water boils.",
        "my Rapide drips at the spout, can that be mended?",
        "the Rapide, bought in {city}, does not heat any more.",
        "the lamp of the kettle stays dark, repair number {number}.",
        "the handle of the Rapide has become loose.",
    ),
}
REPAIRS_DOUBTFUL: tuple[tuple[str, Mapping[str, int]], ...] = (
    (
        "the thing does not switch on, repair number {number}.",
        {"coffee machines": 1, "vacuum cleaners": 1, "kettles": 1},
    ),
    ("it leaks and the lamp blinks, what shall I do?", {"coffee machines": 2, "kettles": 2}),
    ("a smell of burning since {day}, is it safe to use?", {"vacuum cleaners": 2, "coffee machines": 1, "kettles": 1}),
)
REPAIRS_RENAMED: Mapping[str, tuple[str, ...]] = {
    **REPAIRS,
    "coffee machines": (
        "my Nova does not start any more since {day}.",
        "the Nova does not react, the lamp blinks orange.",
        "Nova, bought in {city}: it switches off after a minute.",
        "the Nova is stuck, repair number {number}.",
        "something in the Nova does not close any more.",
        "my new Nova smells burnt when it runs.",
        "the Nova has stopped, no lamp is on.",
        "the new Nova has lost its power since {day}.",
        "the filter of the Nova is stuck, repair number {number}.",
        "Nova, bought in {city}: the switch is broken.",
        "my Nova makes a terrible noise when it starts.",
        "the cable of the Nova is broken since {day}.",
    ),
}
"""From the day on which the new coffee machine is sold under the name that the vacuum cleaner had: it sells well."""
