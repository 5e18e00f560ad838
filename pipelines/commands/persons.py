"""The `sottovoce person` commands: what people who sign in by themselves may do."""

from typing import Annotated

import typer

from pipelines.commands.opening import AsJson, open_bench, open_read_store, open_settings, print_json
from pipelines.explained import explained

person_app = typer.Typer(help="What people who sign in by themselves may do.", no_args_is_help=True)
Email = Annotated[str, typer.Option("--email", help="As the issuer knows them.")]


@person_app.command("grant")
@explained
def person_grant(
    email: Email,
    role: Annotated[str, typer.Option("--role", help="viewer, csm, analyst or admin.")],
    accounts: Annotated[
        str | None, typer.Option("--accounts", help="A,B,...; without it all, for a csm those that they own.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Where the staff directory has none.")] = None,
) -> None:
    """Let somebody read with a role, instead of what they had."""
    from data.store.repositories.audit import record
    from data.store.repositories.persons import grant
    from pipelines.stage import COMMAND_LINE

    bench = open_bench(open_settings())
    chosen = None if accounts is None else [one.strip() for one in accounts.split(",") if one.strip()]
    with bench.store.write() as session:
        made = grant(session, email=email, role=role, name=name, accounts=chosen, now=bench.clock())
        detail = {"email": made.email, "role": made.role, "accounts": chosen}
        record(session, actor=COMMAND_LINE, action="grant person", detail=detail, now=bench.clock())
    typer.echo(f"{made.email} may read as {made.role}: {_sees(made.role, made.accounts)}")


@person_app.command("list")
@explained
def person_list(as_json: AsJson = False) -> None:
    """List who was granted what; a csm of the staff directory needs no grant."""
    from data.store.repositories.persons import list_grants

    with open_read_store().read() as session:
        grants = list_grants(session)
    if as_json:
        print_json([vars(one) for one in grants])
    for one in [] if as_json else grants:
        state = "revoked" if one.revoked_at else "active"
        typer.echo(f"{one.role:<8} {state:<8} {one.email}  {_sees(one.role, one.accounts)}")


@person_app.command("revoke")
@explained
def person_revoke(email: Email) -> None:
    """Let somebody in no longer, also one whom the staff directory or a group lets in."""
    from data.store.repositories.audit import record
    from data.store.repositories.persons import revoke
    from pipelines.stage import COMMAND_LINE

    bench = open_bench(open_settings(), migrate=False)
    with bench.store.write() as session:
        ended = revoke(session, email, now=bench.clock())
        record(session, actor=COMMAND_LINE, action="revoke person", detail={"email": ended.email}, now=bench.clock())
    typer.echo(f"{ended.email} may read nothing now")


def _sees(role: str, accounts: tuple[str, ...] | None) -> str:
    if accounts is not None:
        return ",".join(accounts)
    return "the accounts that they own" if role == "csm" else "all accounts"
