"""The `sottovoce key` commands."""

from typing import Annotated

import typer

from pipelines.commands.opening import AsJson, open_bench, open_read_store, open_settings, print_json
from pipelines.explained import explained

key_app = typer.Typer(help="Keys for the API.", no_args_is_help=True)


@key_app.command("create")
@explained
def key_create(
    name: Annotated[str, typer.Option("--name", help="Who uses it.")],
    role: Annotated[str, typer.Option("--role", help="viewer, csm, analyst or admin.")] = "viewer",
    accounts: Annotated[str | None, typer.Option("--accounts", help="A,B,... (a csm key sees only these).")] = None,
) -> None:
    """Make a key; it is shown once."""
    from data.store.repositories.audit import record
    from data.store.repositories.keys import create_key
    from pipelines.stage import COMMAND_LINE

    bench = open_bench(open_settings())
    chosen = [one.strip() for one in accounts.split(",") if one.strip()] if accounts else None
    with bench.store.write() as session:
        info, secret = create_key(session, bench.vault, name=name, role=role, accounts=chosen, now=bench.clock())
        detail = {"key_id": info.key_id, "role": info.role, "name": info.name}
        record(session, actor=COMMAND_LINE, action="create key", detail=detail, now=bench.clock())
    typer.echo(f"{info.key_id}, {info.role}. Keep it, it is not shown again:", err=True)
    typer.echo(secret)


@key_app.command("list")
@explained
def key_list(as_json: AsJson = False) -> None:
    """List keys without their secrets."""
    from data.store.repositories.keys import list_keys

    with open_read_store().read() as session:
        keys = list_keys(session)
    if as_json:
        print_json([vars(key) for key in keys])
    for key in [] if as_json else keys:
        state = "revoked" if key.revoked_at else "active"
        typer.echo(
            f"{key.key_id}  {key.role:<8} {state:<8} {key.name}  {','.join(key.accounts or ()) or 'all accounts'}"
        )


@key_app.command("revoke")
@explained
def key_revoke(key_id: str) -> None:
    """End a key."""
    from data.store.repositories.audit import record
    from data.store.repositories.keys import revoke_key
    from pipelines.stage import COMMAND_LINE

    bench = open_bench(open_settings(), migrate=False)
    with bench.store.write() as session:
        revoke_key(session, key_id, now=bench.clock())
        record(session, actor=COMMAND_LINE, action="revoke key", detail={"key_id": key_id}, now=bench.clock())
    typer.echo(f"{key_id} is revoked")
