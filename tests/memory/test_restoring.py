"""Looking into a backup, deciding, and the exchange at the next start: nothing is lost, wherever it is killed."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.contracts.errors import AlreadyRunning, InputError, StorageError
from jarvis.memory.backup_contents import aside_name, aside_time, drop, look_into
from jarvis.memory.restoring import decide, finish_restore
from jarvis.processes.instance import single_instance
from jarvis.settings.folders import Folders
from tests.fakes.memory_desk import DeskWorld

DIES = Path(__file__).parents[1] / "programs" / "restore_and_die.py"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld(tmp_path / "home")
    yield world
    world.close()


@pytest.fixture
def file(world: DeskWorld, tmp_path: Path) -> Path:
    """A backup with a conversation of two messages and one memory; since then there is another memory."""
    talk = world.log.start_conversation("Talk")
    world.log.add_message(talk.id, "user", "hello")
    world.log.add_message(talk.id, "assistant", "hello yourself")
    world.add("Old")
    world.desk.backup(tmp_path / "b.zip")
    world.add("New")
    return tmp_path / "b.zip"


def scratch(world: DeskWorld) -> list[Path]:
    return [*world.folders.home.glob(".backup-*"), *world.folders.home.glob(".restor*")]


def printed(command: list[str]) -> str:
    """What a program says that ends by itself or is killed; a traceback is shown."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode <= 0, done.stderr
    return done.stdout


def again(world: DeskWorld) -> bool:
    """End this process' world and begin it anew as the next start does; returns whether it restored."""
    world.close()
    done = finish_restore(world.folders)
    world.open()
    return done


def kept(world: DeskWorld, folder: Path) -> list[str]:
    with sqlite3.connect(folder / "jarvis.sqlite3") as old:
        return [row[0] for row in old.execute("SELECT text FROM memories ORDER BY seq")]


def test_looking_says_what_is_in_it_and_touches_nothing(world: DeskWorld, file: Path) -> None:
    contents = look_into(file, places=world.folders)
    assert (contents.conversations, contents.messages, contents.memories) == (1, 2, 1)
    assert contents.made_at == world.clock.now() and contents.jarvis and not contents.older
    assert contents.bytes == file.stat().st_size
    assert contents.staged.stat().st_mode & 0o077 == 0, "what a person said is nobody else's"
    assert world.texts() == ["Old", "New"]
    drop(contents)
    assert not scratch(world) and not again(world) and world.texts() == ["Old", "New"]


def test_what_is_decided_is_done_at_the_next_start(
    world: DeskWorld, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jarvis.memory.restoring.PATIENCE_SECONDS", 0.0)
    world.desk.catch_up()
    folder, lock = decide(look_into(file, places=world.folders), places=world.folders, clock=world.clock)
    world.add("Said while it ends")
    with pytest.raises(AlreadyRunning, match="restoring a backup"):
        finish_restore(world.folders)
    assert world.texts() == ["Old", "New", "Said while it ends"] and not folder.exists()
    world.close()
    lock.release()
    assert finish_restore(world.folders) and not finish_restore(world.folders)
    world.open()
    assert world.texts() == ["Old"] and kept(world, folder) == ["Old", "New", "Said while it ends"]
    world.desk.catch_up()
    assert [seq for seq, _ in world.keeper.nearest("Old", 5).hits] == [1]  # type: ignore[union-attr]
    assert not scratch(world)


def test_what_was_put_aside_can_be_put_back(world: DeskWorld, file: Path) -> None:
    first, lock = decide(look_into(file, places=world.folders), places=world.folders, clock=world.clock)
    lock.release()
    assert again(world) and world.texts() == ["Old"]
    back = look_into(first, places=world.folders)
    assert back.memories == 2 and back.made_at == world.clock.now().replace(microsecond=0) and back.jarvis == ""
    second, lock = decide(back, places=world.folders, clock=world.clock)
    lock.release()
    assert second != first, "within the same second too"
    assert again(world) and world.texts() == ["Old", "New"]
    assert kept(world, second) == ["Old"] and kept(world, first) == ["Old", "New"]


def test_the_name_of_what_is_put_aside_tells_when(world: DeskWorld) -> None:
    now = world.clock.now()
    assert aside_time(Path(aside_name(now))) == now.replace(microsecond=0)
    assert aside_time(Path("before-restore-by-hand")) is None


def test_a_log_that_was_not_written_back_goes_aside_with_its_database(world: DeskWorld, file: Path) -> None:
    """The process that had it open was killed, and the disk has no room to write the log back."""
    folder, lock = decide(look_into(file, places=world.folders), places=world.folders, clock=world.clock)
    lock.release()
    code = (
        "import os, signal, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('PRAGMA wal_autocheckpoint = 0')\n"
        "c.execute(\"UPDATE memories SET text = 'Last' WHERE text = 'New'\")\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    world.close()
    subprocess.run([sys.executable, "-c", code, str(world.folders.database)], check=False)
    assert world.folders.database.with_name("jarvis.sqlite3-wal").stat().st_size > 0
    full = (
        "import resource, sys; from pathlib import Path\n"
        "from jarvis.memory.restoring import finish_restore\n"
        "from jarvis.settings.folders import Folders\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))\n"
        "print(finish_restore(Folders(home=Path(sys.argv[1]))))\n"
    )
    assert printed([sys.executable, "-c", full, str(world.folders.home)]) == "True\n"
    world.open()
    assert world.texts() == ["Old"] and kept(world, folder) == ["Old", "Last"]


def test_another_process_with_the_database_is_named_before_anything_is_decided(world: DeskWorld, file: Path) -> None:
    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT count(*) FROM memories').fetchone()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", f"{code}; print('open', flush=True); sys.stdin.read()", str(world.folders.database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None and other.stdout.readline() == "open\n"
    contents = look_into(file, places=world.folders)
    with pytest.raises(AlreadyRunning, match=rf"\(process {other.pid}\)"):
        decide(contents, places=world.folders, clock=world.clock)
    assert not finish_restore(world.folders)
    other.communicate()
    _, lock = decide(contents, places=world.folders, clock=world.clock)
    lock.release()
    assert again(world) and world.texts() == ["Old"]


def test_one_that_comes_after_the_decision_is_waited_for(world: DeskWorld, file: Path) -> None:
    _, lock = decide(look_into(file, places=world.folders), places=world.folders, clock=world.clock)
    lock.release()
    with pytest.raises(AlreadyRunning, match="nothing is lost"):
        finish_restore(world.folders)
    assert world.texts() == ["Old", "New"]
    assert again(world) and world.texts() == ["Old"]


def test_servers_keep_their_secrets_where_they_are_the_same(world: DeskWorld, tmp_path: Path) -> None:
    servers = world.folders.home / "mcp.json"
    same = {"command": "x", "args": ["1"], "env": {"KEY": "very-secret", "REFERRED": "keyring:mcp-x"}}
    was = {"same": same, "other": {"command": "y", "env": {"KEY": "very-secret"}}, "gone": {"url": "https://a"}}
    servers.write_text(json.dumps({"mcpServers": was}))
    world.desk.backup(tmp_path / "c.zip")
    servers.write_text(json.dumps({"mcpServers": {**was, "other": {"command": "z", "env": {"KEY": "of-z"}}}}))
    _, lock = decide(look_into(tmp_path / "c.zip", places=world.folders), places=world.folders, clock=world.clock)
    lock.release()
    assert again(world)
    now = json.loads(servers.read_text())["mcpServers"]
    assert now["same"] == same and now["gone"] == {"url": "https://a"}
    assert now["other"] == {"command": "y", "env": {}, "disabled": True}


def test_two_starts_at_once_do_it_once_and_neither_fails(world: DeskWorld, file: Path) -> None:
    """Both wait for the window that decided, and the later one for the earlier."""
    folder, lock = decide(look_into(file, places=world.folders), places=world.folders, clock=world.clock)
    world.close()
    code = (
        "import sys; from pathlib import Path\n"
        "from jarvis.memory.restoring import finish_restore\n"
        "from jarvis.settings.folders import Folders\n"
        "print('here', flush=True); print(finish_restore(Folders(home=Path(sys.argv[1]))))\n"
    )
    command = [sys.executable, "-c", code, str(world.folders.home)]
    starts = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    for start in starts:
        assert start.stdout is not None and start.stdout.readline() == "here\n"
    lock.release()
    assert sorted(start.communicate()[0] for start in starts) == ["False\n", "False\n", "True\n"]
    world.open()
    assert world.texts() == ["Old"] and kept(world, folder) == ["Old", "New"]


def test_two_cannot_decide_at_once(world: DeskWorld, file: Path) -> None:
    contents = look_into(file, places=world.folders)
    with single_instance(world.folders.run, "restore"), pytest.raises(AlreadyRunning):
        decide(contents, places=world.folders, clock=world.clock)
    assert not (world.folders.home / "restore.json").exists() and contents.staged.exists()


def test_every_failure_says_what_it_is(
    world: DeskWorld, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = file.read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "letter.txt").write_text("Dear Jarvis")
    with zipfile.ZipFile(tmp_path / "pictures.zip", "w") as other:
        other.writestr("picture.png", b"x")
    scratched = bytearray(whole)
    scratched[300:500] = bytes(200)
    (tmp_path / "scratched.zip").write_bytes(scratched)
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(tmp_path / "newer.zip", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "manifest.json":
                content = json.dumps({**json.loads(content), "schema": 9999, "jarvis": "99.1"}).encode()
            new.writestr(name, content)
    (world.folders.home / "before-restore-empty").mkdir()
    told = {
        "cut.zip": ("memory.damaged_backup", "incompleto"),
        "scratched.zip": ("memory.damaged_backup", "dañado"),
        "letter.txt": ("memory.no_backup", "no es una copia"),
        "pictures.zip": ("memory.no_backup", "no es una copia"),
        "newer.zip": ("memory.newer_backup", "más nuevo (99.1)"),
        "home/before-restore-empty": ("memory.no_backup", "no es una copia"),
    }
    for name, (code, words) in told.items():
        with pytest.raises(InputError) as refused:
            look_into(tmp_path / name, places=world.folders)
        assert refused.value.code == code and words in refused.value.sentence("es"), name
    with pytest.raises(StorageError) as gone:
        look_into(tmp_path / "not there.zip", places=world.folders)
    assert gone.value.code == "memory.restore_failed"
    room = namedtuple("room", "total used free")(1, 1, 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: room)
    with pytest.raises(StorageError) as full:
        look_into(file, places=world.folders)
    assert full.value.code == "memory.restore_room" and str(world.folders.home) in str(full.value)
    assert not scratch(world) and world.texts() == ["Old", "New"]


def test_a_disk_that_fills_up_meanwhile_is_told_and_changes_nothing(world: DeskWorld, file: Path) -> None:
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from jarvis.contracts.errors import StorageError\n"
        "from jarvis.memory.backup_contents import look_into\n"
        "from jarvis.settings.folders import Folders\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try:\n    look_into(Path(sys.argv[2]), places=Folders(home=Path(sys.argv[1])))\n"
        "except StorageError as error:\n    print(error.code)\n"
    )
    command = [sys.executable, "-c", code, str(world.folders.home), str(file)]
    assert printed(command) == "memory.restore_failed\n"
    assert not scratch(world) and world.texts() == ["Old", "New"]


def test_what_a_killed_look_left_goes_with_the_next(world: DeskWorld, file: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from jarvis.memory.backup_contents import look_into\n"
        "from jarvis.settings.folders import Folders\n"
        "look_into(Path(sys.argv[2]), places=Folders(home=Path(sys.argv[1])))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(world.folders.home), str(file)], check=False)
    (left,) = scratch(world)
    assert not finish_restore(world.folders) and not left.exists()
    subprocess.run([sys.executable, "-c", code, str(world.folders.home), str(file)], check=False)
    (left,) = scratch(world)
    contents = look_into(file, places=world.folders)
    assert scratch(world) == [contents.staged] and contents.staged != left


def test_killed_anywhere_it_is_finished_or_was_never_begun(file: Path, world: DeskWorld, tmp_path: Path) -> None:
    (world.folders.home / "settings.json").write_text('{"language": "es"}')
    world.desk.backup(tmp_path / "both.zip")
    world.add("Newest")
    world.close()
    ends = set()
    for death in range(1, 40):
        home = tmp_path / f"home-{death}"
        shutil.copytree(world.folders.home, home)
        command = [sys.executable, str(DIES), str(home), str(tmp_path / "both.zip"), str(death)]
        done = printed(command)
        finish_restore(Folders(home=home))
        assert not finish_restore(Folders(home=home))
        life = DeskWorld(home)
        texts, asides = life.texts(), list(home.glob("before-restore-*"))
        assert texts in (["Old", "New"], ["Old", "New", "Newest"])
        if texts == ["Old", "New"]:
            assert kept(life, *asides) == ["Old", "New", "Newest"]
            assert json.loads((asides[0] / "settings.json").read_text()) == {"language": "es"}
        else:
            assert not asides and not done
        assert not list(home.glob(".restor*")) and not (home / "restore.json").exists()
        ends.add((done, len(texts)))
        life.close()
        if done:
            break
    assert ends == {("", 3), ("", 2), ("done\n", 2)}
    world.open()
