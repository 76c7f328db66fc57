"""`build-decks serve`: the packages as a page for a phone in the local network."""

from __future__ import annotations

import io
import secrets
import sys
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.commands.build import build_on_screen
from generator.commands.common import (
    Common,
    Request,
    folder_options,
    require_folder,
    usage_errors,
)
from generator.commands.console import CommandError, is_terminal, print_diagnostics, wants_color
from generator.commands.preview import page_of
from generator.commands.watch import watch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generator.core.outcome import Outcome
    from generator.serve.server import Answer, Site

_KEY_BYTES = 12
_MOST_PACKAGE_BYTES = 2_000_000_000


def answers(
    source: Path, output: Path, outcome: Outcome, address: str, version: int
) -> Mapping[str, Answer]:
    """What a site at this ``address`` has after a build: its page, the preview, the packages."""
    import segno

    from generator.machine.disk import read_file
    from generator.serve.page import Offer, format_frame, format_page, policy_of
    from generator.serve.server import HTML, PACKAGE, Answer

    qr = segno.make_qr(address).svg_data_uri(scale=5, border=2, light="white")
    files = {built.file_name: built for built in outcome.result.packages}
    there = {name: output / name for name in files if (output / name).is_file()}
    offers = [
        Offer(name, files[name].deck, files[name].cards, path.stat().st_size)
        for name, path in there.items()
    ]
    page = format_page(offers, outcome.result.held, qr, version)
    frame = format_frame(version)
    preview = b"".join(page_of(source, output)[0])
    return {
        "": Answer(HTML, page.encode, policy=policy_of(page)),
        "cards": Answer(HTML, frame.encode, policy=policy_of(frame)),
        "preview": Answer(HTML, lambda: preview, policy="frame-ancestors 'self'"),
        **{
            name: Answer(PACKAGE, partial(read_file, path, _MOST_PACKAGE_BYTES), name)
            for name, path in there.items()
        },
    }


def format_qr(address: str, in_color: bool) -> str:
    """The address as a QR code of blocks; in colour it is light on dark on any terminal."""
    import segno

    blocks = io.StringIO()
    segno.make_qr(address).terminal(out=blocks, border=2, compact=True)
    lines = blocks.getvalue().rstrip("\n").split("\n")
    return "\n".join(f"\x1b[97;40m{line}\x1b[0m" if in_color else line for line in lines)


@click.command("serve")
@folder_options
@click.option("--lan", is_flag=True, help="For all in the local network, not this machine alone.")
@click.option(
    "--port", default=0, show_default="any free one", type=click.IntRange(0, 65535), metavar="N"
)
@click.option("--open", "open_", is_flag=True, help="Show the page in the web browser here, too.")
@click.pass_obj
@usage_errors()
def command(common: Common, lan: bool, port: int, open_: bool) -> int:
    """Offer the packages to a phone, and build them at every save, until Ctrl-C.

    Scan the code with the phone: the page has a button for each deck, and shows all cards. Only
    who knows the address sees it; with --lan anybody in the network could read what is sent.
    """  # fmt: skip
    try:
        import segno  # noqa: F401 (a mistake is said before anything starts)
        import watchfiles  # noqa: F401
    except ModuleNotFoundError as error:
        raise CommandError(f"serve needs {error.name}: pip install 'build-decks[serve]'") from error
    require_folder(common.source)
    from generator.serve.server import Site, address_in_network, serving

    host = address_in_network() if lan else "127.0.0.1"
    if host is None:
        raise CommandError("this machine is in no network; connect it to that of the phone")
    site = Site(secrets.token_urlsafe(_KEY_BYTES))
    with ExitStack() as stack:
        try:
            address = stack.enter_context(serving(site, host, port))
        except OSError as error:
            what = f"port {port} of {host}" if port else host
            raise CommandError(
                f"cannot serve at {what}: {error.strerror or error}; name another with --port"
            ) from error
        _say_where(common, address, lan)
        if open_:
            import webbrowser

            webbrowser.open(address)
        _build_and_publish(common, site, address)
    click.echo("stopped serving", err=True)
    return 0


def _say_where(common: Common, address: str, lan: bool) -> None:
    if is_terminal(sys.stdout) and not common.screen.quiet:
        click.echo(format_qr(address, wants_color(common.screen, sys.stdout)), color=True)
    click.echo(address)
    if not lan and not common.screen.quiet:
        click.echo("for this machine alone; --lan is for a phone in the same network")


def _build_and_publish(common: Common, site: Site, address: str) -> None:
    """Build at every save, and serve what came of it, until Ctrl-C."""
    from generator.machine.cache_files import pages_file
    from generator.pages.cache import PageCache

    cache = PageCache(pages_file(common.source), keeps=True)

    def publish(outcome: Outcome, seconds: float) -> None:
        source, output = common.source, common.output
        site.publish(answers(source, output, outcome, address, site.version + 1))
        result = outcome.result
        print_diagnostics(result.diagnostics, source, common.screen, result.texts)
        if not common.screen.quiet:
            names = ", ".join(built.file_name for built in result.packages) or "no package"
            click.echo(f"{time.strftime('%H:%M:%S')} {names} ({seconds:.1f} s)")

    watch(
        common.source,
        common.output,
        lambda: build_on_screen(common, Request(), cache),
        publish,
        lambda: click.echo(f"{common.source} is gone; waiting until it is back", err=True),
    )
