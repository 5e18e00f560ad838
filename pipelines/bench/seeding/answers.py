"""The rows of a seeded store's tickets and survey answers."""

from datetime import timedelta

from data.store.models import Response, Ticket, TicketMessage
from data.store.repositories.loading import Loader, Same
from pipelines.bench.seeding.block import Block
from pipelines.bench.seeding.parties import HASH


def put_tickets(loader: Loader, block: Block) -> dict[int, tuple[str, str]]:
    """Write a ticket for every customer's message; returns ticket and agent of the answers that are about one."""
    agents = block.voice.parties.agents
    places = [at for at in block.spoken if block.source[at] == "ticket"]
    about: dict[int, tuple[str, str]] = {}
    for at in range(len(block.rows)):
        if block.source[at] == "ticket" and not block.silent[at]:
            block.voice.last_ticket[block.account[at]] = block.origin[at].removesuffix("-M1")
        elif block.survey[at] >= 0 and block.voice.surveys[block.survey[at]].survey_id == "csat-ticket":
            ticket = block.voice.last_ticket.get(block.account[at])
            if ticket:
                about[at] = ticket, agents[int(ticket[1:]) % len(agents)]
    if not places:
        return about
    tickets = [block.origin[at].removesuffix("-M1") for at in places]
    opened = [block.at[at] for at in places]
    loader.put(
        Ticket,
        {
            "ticket_id": tickets,
            **block.ids(places),
            "agent_id": [agents[int(one[1:]) % len(agents)] for one in tickets],
            "status": Same("solved"),
            "priority": ["high" if at % 7 == 0 else "normal" for at in places],
            "opened_at": opened,
            "solved_at": [one + timedelta(hours=5 + at % 90) for at, one in zip(places, opened, strict=True)],
            "given": Same({"account": True}),
            "origin": [f"tickets.jsonl#{one}" for one in tickets],
            "row_hash": Same(HASH),
            "imported_at": opened,
        },
    )
    loader.put(
        TicketMessage,
        {
            "message_id": [block.origin[at] for at in places],
            "ticket_id": tickets,
            "author_side": Same("customer"),
            "author_id": block.ids(places)["contact_id"],
            "public": Same(True),
            "sent_at": opened,
            "body_hash": Same(HASH),
        },
    )
    return about


def put_responses(loader: Loader, block: Block, about: dict[int, tuple[str, str]]) -> None:
    """Write an answer for every event of a survey; `about` has ticket and agent of those about one."""
    places = [at for at in range(len(block.rows)) if block.survey[at] >= 0]
    if not places:
        return
    loader.put(
        Response,
        {
            "response_id": [block.origin[at] for at in places],
            "survey_id": [block.voice.surveys[block.survey[at]].survey_id for at in places],
            **block.ids(places),
            "ticket_id": [about[at][0] if at in about else None for at in places],
            "agent_id": [about[at][1] if at in about else None for at in places],
            "responded_at": [block.at[at] for at in places],
            "score": [block.score[at] for at in places],
            "role": [block.role[at] for at in places],
            "stage": [block.stage[at] for at in places],
            "stage_derived": Same(False),
            "given": [block.given(at) for at in places],
            "origin": [f"responses.csv#{block.origin[at]}" for at in places],
            "row_hash": Same(HASH),
            "imported_at": [block.at[at] for at in places],
        },
    )
