"""`sottovoce forget` and `sottovoce export-person`: what is held on one person, erased or written down."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.opening import AsJson, open_bench, open_settings, print_json, write_text
from pipelines.explained import explained

if TYPE_CHECKING:
    from pipelines.forget import CheckReport, ForgetReport

Contact = Annotated[str, typer.Option("--contact", help="The contact's id.")]
Email = Annotated[str, typer.Option("--email", help="Their address, in place of the id.")]


@explained
def forget(
    contact: Contact = "",
    email: Email = "",
    check: Annotated[bool, typer.Option("--check", help="Only look whether anything of them is left.")] = False,
    name: Annotated[str, typer.Option("--name", help="With --check: their name, which the store forgot.")] = "",
    as_json: AsJson = False,
) -> None:
    """Erase a person everywhere; their bare scores stay, unlinked. Killed anywhere, the same command goes on."""
    from pipelines import forget as work

    if not check:
        _one(contact, email)
    if name and not check:
        raise typer.BadParameter("--name goes with --check")
    bench = open_bench(open_settings())
    if check:
        looked = work.check(bench, contact_id=contact or None, email=email or None, name=name)
        print_json(looked.as_dict()) if as_json else _show_check(looked)
    else:
        done = work.forget(bench, contact_id=contact or None, email=email or None)
        print_json(done.as_dict()) if as_json else _show(done)
    if not (looked if check else done).clean:
        raise typer.Exit(1)


@explained
def export_person(
    contact: Contact = "",
    email: Email = "",
    out: Annotated[str, typer.Option("--out", help="The file to write; -: print it.")] = "person.json",
) -> None:
    """Write down everything that is held on a person, as JSON."""
    from pipelines.export_person import export_person as work

    _one(contact, email)
    told = work(open_bench(open_settings()), contact_id=contact or None, email=email or None)
    rows = sum(len(one) for one in told["held"].values())
    text = json.dumps(told, ensure_ascii=False, indent=1, default=str)
    write_text(out, text + "\n", told=f"{rows:,} rows of {len(told['held'])} tables; it holds personal data in clear")


def _one(contact: str, email: str) -> None:
    if bool(contact) == bool(email):
        raise typer.BadParameter("say who: --contact ID or --email ADDRESS")


def _show(done: "ForgetReport") -> None:
    named = {f"rows of {name} that named them": count for name, count in done.swept.items()}
    for what, count in {**done.counts, **named}.items():
        if count:
            typer.echo(f"{count:>7,} {what}")
    for name in done.uploads:
        typer.echo(f"        deleted the uploaded file {name}: send it again, their rows will be left out")
    if done.exports:
        typer.echo(f"{len(done.exports)} exports may hold them; whoever has these files has to delete them:")
    for one in done.exports:
        asked = "&".join(f"{name}={value}" for name, value in one.parameters)
        typer.echo(f"        {one.at:%Y-%m-%d %H:%M} by {one.actor}: {one.path}{'?' + asked if asked else ''}")
    _show_findings(done)
    if done.clean:
        typer.echo("Nothing of them is left here. Backups made before hold them until they are deleted.")
        typer.echo("Next: sottovoce run")


def _show_check(looked: "CheckReport") -> None:
    typer.echo("known as forgotten" if looked.known else "not known as forgotten")
    if looked.open:
        typer.echo("their forgetting was begun and not ended: run sottovoce forget again")
    _show_findings(looked)
    if looked.clean:
        typer.echo("nothing of them was found")


def _show_findings(report: "ForgetReport | CheckReport") -> None:
    for one in report.findings:
        word = "LEFT" if one.blocks else "other"
        told = "" if one.blocks else " (somebody else's: the same name, address or words)"
        typer.echo(f"{word:<6} {one.count:>6,} x {one.what} in {one.place}{told}")
    if not report.clean:
        typer.echo("Something is left: run the same command again; if it stays, say so with the lines above")
