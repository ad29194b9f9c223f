"""The private PostgreSQL: who runs it, who may enter, and what stops it from starting."""

import os
import signal
import subprocess
import time

import psycopg2
import pytest

from config.embedded import cluster, postgres
from config.embedded.ports import free_port
from config.embedded.problems import StartError
from config.embedded.spawn import MYSELF, Identity, namespaces_work, nobody
from config.supervisor.lock import is_alive

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
with_namespaces = pytest.mark.skipif(not namespaces_work(), reason="no user namespaces here")
PASSWORD = "correct-horse"


@pytest.fixture
def serve():
    """Starts a server and waits until it answers."""
    processes = []

    def start(server):
        log = (server.folder.parent / "log").open("wb")
        processes.append(
            subprocess.Popen(
                server.command(postgres.THROW_AWAY),
                preexec_fn=server.preexec(),  # noqa: PLW1509
                start_new_session=True,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
            )
        )
        log.close()
        deadline = time.monotonic() + 20
        while not server.is_ready():
            assert processes[-1].poll() is None, (server.folder.parent / "log").read_text()
            assert time.monotonic() < deadline
        return processes[-1]

    yield start
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGQUIT)
            process.wait(20)


def new_server(folder, identity=None):
    identity = cluster.identity_for(folder) if identity is None else identity
    server = postgres.Postgres(folder, free_port(), PASSWORD, identity)
    cluster.initialise(server, throw_away=True)
    return server


def query(url, statement):
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def test_it_keeps_rows_over_a_restart_and_speaks_utf8(tmp_path, serve):
    server = new_server(tmp_path / "data")
    process = serve(server)
    server.ensure_database()
    server.ensure_database()
    query(server.url, "CREATE TABLE words (word text); INSERT INTO words VALUES ('潮汐')")
    process.send_signal(postgres.STOP_SIGNAL)
    assert process.wait(10) == 0
    serve(server)
    assert query(server.url, "SELECT word FROM words") == [("潮汐",)]


def test_it_listens_on_the_loopback_address_only_and_wants_the_password(tmp_path, serve):
    server = new_server(tmp_path / "data")
    serve(server)
    assert query(server.address("postgres"), "SHOW listen_addresses") == [("127.0.0.1",)]
    assert query(server.address("postgres"), "SHOW unix_socket_directories") == [("",)]
    with pytest.raises(psycopg2.OperationalError, match="authentication failed"):
        psycopg2.connect(server.address("postgres").replace(PASSWORD, "wrong"))


def test_a_lost_password_is_said_instead_of_waited_for(tmp_path, serve):
    server = new_server(tmp_path / "data")
    serve(server)
    other = postgres.Postgres(server.folder, server.port, "another-password", server.identity)
    with pytest.raises(StartError, match="has another password"):
        other.is_ready()


def test_it_stops_at_once_although_a_client_is_connected(tmp_path, serve):
    server = new_server(tmp_path / "data")
    process = serve(server)
    client = psycopg2.connect(server.address("postgres"))
    process.send_signal(postgres.STOP_SIGNAL)
    assert process.wait(5) == 0
    client.close()


def test_nothing_stays_of_a_killed_server(tmp_path, serve):
    server = new_server(tmp_path / "data")
    process = serve(server)
    own = query(server.address("postgres"), "SELECT pid FROM pg_stat_activity")
    descriptors = [os.pidfd_open(pid) for (pid,) in own if is_alive(pid)]
    process.kill()
    process.wait()
    deadline = time.monotonic() + 10
    while any(is_alive(pid) for (pid,) in own):
        assert time.monotonic() < deadline
    for descriptor in descriptors:
        os.close(descriptor)


def test_the_data_folder_is_closed_to_others(tmp_path):
    server = new_server(tmp_path / "data")
    assert server.folder.stat().st_mode & 0o777 == 0o700


@as_root
@with_namespaces
def test_under_a_closed_home_root_keeps_its_files(tmp_path, serve):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    server = new_server(home / "data")
    assert server.identity.namespace
    serve(server)
    assert query(server.address("postgres"), "SELECT 1") == [(1,)]
    assert {entry.stat().st_uid for entry in server.folder.iterdir()} == {0}


@as_root
def test_without_namespaces_nobody_runs_it(tmp_path, serve, reachable):
    uid, gid = nobody()
    server = new_server(reachable / "data", Identity(uid, gid))
    process = serve(server)
    assert query(server.address("postgres"), "SELECT 1") == [(1,)]
    assert os.stat(f"/proc/{process.pid}").st_uid == uid  # noqa: PTH116
    # A later start finds nobody's folder and stays with nobody, namespaces or not.
    assert cluster.identity_for(server.folder) == Identity(uid, gid)


@pytest.fixture
def reachable(tmp_path_factory):
    """A folder that every user may enter."""
    folder = tmp_path_factory.mktemp("open")
    for path in (folder, *list(folder.parents)[:-1]):
        if path.owner() == "root" and not path.stat().st_mode & 0o001:
            path.chmod(path.stat().st_mode | 0o011)
    return folder


@as_root
def test_without_namespaces_a_closed_home_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "namespaces_work", lambda: False)
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    with pytest.raises(StartError, match=r"other users cannot enter .*start as a normal user"):
        cluster.identity_for(home / "data")


@as_root
def test_another_users_folder_is_refused(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    os.chown(folder, 12345, 12345)
    with pytest.raises(StartError, match="belongs to user 12345"):
        cluster.identity_for(folder)


def test_a_folder_of_another_major_version_is_refused(tmp_path):
    (tmp_path / "PG_VERSION").write_text("16\n")
    with pytest.raises(StartError, match="made by PostgreSQL 16"):
        cluster.make_startable(postgres.Postgres(tmp_path, 1, PASSWORD))


def test_a_pid_file_whose_number_now_belongs_to_another_program_is_removed(tmp_path):
    (tmp_path / "PG_VERSION").write_text("18\n")
    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\n{tmp_path}\n")
    cluster.make_startable(postgres.Postgres(tmp_path, 1, PASSWORD))
    assert not (tmp_path / "postmaster.pid").exists()


def test_a_server_that_something_else_started_on_the_folder_is_named(tmp_path, serve):
    server = new_server(tmp_path / "data")
    process = serve(server)
    with pytest.raises(StartError, match=rf"process {process.pid}\) uses"):
        cluster.make_startable(server)
    assert server.is_ready()


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "stray").write_text("x")
    with pytest.raises(StartError, match="cannot be made"):
        cluster.initialise(postgres.Postgres(folder, 1, PASSWORD, cluster.identity_for(folder)))
    assert [entry.name for entry in folder.iterdir()] == ["stray"]


def test_what_an_interrupted_first_start_left_does_not_hinder_the_next(tmp_path, serve):
    (tmp_path / "data.new").mkdir()
    (tmp_path / "data.new" / "PG_VERSION").write_text("18\n")
    server = new_server(tmp_path / "data")
    serve(server)
    assert not (tmp_path / "data.new").exists()


def test_a_missing_program_names_the_remedy(monkeypatch):
    monkeypatch.setattr(postgres, "find_spec", lambda name: None)
    with pytest.raises(StartError, match=r"“postgres” is not installed.*make setup.*DATABASE_URL"):
        postgres.binary("postgres")


def test_a_normal_user_runs_it_as_himself(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid or 1000)
    assert cluster.identity_for(tmp_path / "new") == MYSELF
