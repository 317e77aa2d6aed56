"""Setting the stage, playing what is left of the story, and leaving the server running."""

import asyncio
import fcntl
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from rich.console import Console

from suivi.commands.serve import listening
from suivi.core.access.keys import LocalKey
from suivi.demo.client import Unexpected
from suivi.demo.farewell import tell_how_to_serve, tell_tokens, tell_what_to_try, write_files
from suivi.demo.mailbox import Mailbox
from suivi.demo.narrator import Narrator, RichNarrator, day
from suivi.demo.server import server
from suivi.demo.stage import Progress, SqliteTampering, Stage, clean_environment
from suivi.demo.story import CHAPTERS
from suivi.problems import Problem

HOST, PORT = "127.0.0.1", 8000
STATE = "demo.json"


@dataclass(frozen=True, kw_only=True)
class Demo:
    folder: Path
    port: int
    console: Console

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    async def run(self, *, keep_serving: bool) -> None:
        """Ends when the story is told, or with `keep_serving` when told to stop. Raises Problem."""
        stop = _stop_signals()
        playing = asyncio.create_task(self._play(keep_serving=keep_serving))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({playing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if stop.is_set() and not playing.done():
            self.console.print("\nStopping…", highlight=False)
            playing.cancel()
        try:
            await playing
        except asyncio.CancelledError:
            self.console.print("Stopped. Start it again to go on where it was.", highlight=False)

    async def _play(self, *, keep_serving: bool) -> None:
        progress = Progress.read(self.folder / STATE)
        progress.keep()
        self._greet(progress)
        async with self._stage(progress) as stage:
            await play(stage, progress, RichNarrator(self.console))
            if keep_serving:
                write_files(stage, self.folder)
                tell_tokens(self.console, stage)
                tell_what_to_try(self.console, self.url, self.folder)
                self.console.print("\n[bold green]Serving. Ctrl-C stops everything.[/]")
                await self._until_it_ends()
            else:
                tell_how_to_serve(self.console, self.folder)

    async def _until_it_ends(self) -> None:
        """Forever, unless the server dies on its own."""
        async with httpx.AsyncClient(base_url=self.url, timeout=10) as http:
            while True:
                await asyncio.sleep(5)
                try:
                    await http.get("/health")
                except httpx.ConnectError as error:
                    raise Problem(f"The server has ended. What it said is in {self.folder / 'server.log'}.") from error
                except httpx.HTTPError:
                    continue

    def _greet(self, progress: Progress) -> None:
        self.console.print("[bold]Suivi[/]: what happens after a medical treatment abroad, followed as one case.")
        self.console.print(f"Everything of this demo is in {self.folder}.", highlight=False, markup=False)
        if len(progress.done) == len(CHAPTERS):
            self.console.print(
                "The story was played here before and its case is still there; --reset (make: RESET=1) starts afresh."
            )
        elif progress.done:
            self.console.print(f"Going on after step {len(progress.done)}, where it was interrupted.", highlight=False)
        self.console.print(f"Starting the server on {self.url} …", highlight=False)

    @asynccontextmanager
    async def _stage(self, progress: Progress) -> AsyncIterator[Stage]:
        mailbox = Mailbox(self.folder / "mailbox")
        mailbox.start()
        environment = clean_environment(
            SUIVI_DATA_DIR=str(self.folder),
            SUIVI_HOST=HOST,
            SUIVI_PORT=str(self.port),
            SUIVI_SMTP_URL=mailbox.url,
            SUIVI_MAIL_FROM="Suivi <notices@suivi.example>",
        )
        try:
            async with (
                server(self.url, environment, self.folder / "server.log"),
                httpx.AsyncClient(base_url=self.url, timeout=30) as http,
            ):
                yield Stage(
                    http=http,
                    key=LocalKey.load(self.folder / "dev-key.json"),
                    mailbox=mailbox,
                    tampering=SqliteTampering(self.folder / "suivi.sqlite3"),
                    environment=environment,
                    ids=progress.ids,
                )
        finally:
            mailbox.stop()


async def play(stage: Stage, progress: Progress, narrator: Narrator) -> None:
    """Every chapter that was not played yet; each is noted once it is over. Raises Problem."""
    for number, chapter in enumerate(CHAPTERS, start=1):
        if chapter.name in progress.done:
            continue
        narrator.chapter(number, len(CHAPTERS), day(chapter.moment), chapter.title)
        try:
            seen = await chapter.step(stage)
        except (Unexpected, TimeoutError, httpx.HTTPError) as error:
            raise Problem(_stuck(chapter.title, error)) from error
        progress.done.append(chapter.name)
        progress.keep()
        chapter.tell(narrator, seen)


def _stuck(title: str, error: Exception) -> str:
    return (
        f"The story cannot go on at “{title}”: {error or type(error).__name__}\n"
        "Start it again to try once more, or afresh with `suivi demo --reset` (make demo RESET=1)."
    )


def start(folder: Path, *, port: int | None, reset: bool, keep_serving: bool) -> None:
    """Raises Problem when the folder is not the demo's, is in use, or the port is taken."""
    with held(folder, reset=reset):
        with listening(HOST, PORT if port is None else port) as free:
            chosen = free.getsockname()[1]
        demo = Demo(folder=folder.absolute(), port=chosen, console=Console())
        asyncio.run(demo.run(keep_serving=keep_serving))


@contextmanager
def held(folder: Path, *, reset: bool) -> Iterator[None]:
    """The demo's folder, emptied on `reset`, for this process alone."""
    _require_ours(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Problem(f"A demo is already running in {folder}. Stop it, or choose another --data.") from error
        if reset:
            _empty(folder)
        yield


def _require_ours(folder: Path) -> None:
    ours = not folder.exists() or (folder / STATE).exists() or not [*folder.iterdir()]
    left_by_ours = folder.is_dir() and {file.name for file in folder.iterdir()} == {"demo.lock"}
    if not (ours or left_by_ours):
        raise Problem(f"{folder} holds something else than a demo. Choose another folder with --data.")


def _empty(folder: Path) -> None:
    for item in folder.iterdir():
        if item.is_dir() and not item.is_symlink():
            shutil.rmtree(item)
        elif item.name != "demo.lock":
            item.unlink()


def _stop_signals() -> asyncio.Event:
    """Set by Ctrl-C, by `kill`, or when the terminal is closed."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    return stop
