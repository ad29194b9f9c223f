"""No container engine may be at hand, so the files are checked by reading them."""

import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import yaml

from config import probe

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
ONE_SHOT = {"migrate", "minio-bucket"}
OURS = {"web", "worker-fast", "worker-training", "serving", "scheduler", "migrate"}


def test_compose_runs_the_whole_stack():
    assert {*OURS, "postgres", "redis", "influxdb", "minio"} <= set(SERVICES)


@pytest.mark.parametrize("name", sorted(set(SERVICES) - ONE_SHOT))
def test_every_lasting_service_has_a_health_check(name):
    check = SERVICES[name]["healthcheck"]
    assert check["test"]
    assert check["retries"] >= 3


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_services_run_unprivileged_on_a_read_only_root(name):
    service = SERVICES[name]
    assert service["user"] == "10001"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]


def test_only_the_web_port_is_published_and_on_loopback():
    published = {name: s["ports"] for name, s in SERVICES.items() if "ports" in s}
    assert published == {"web": ["127.0.0.1:8000:8000"]}


def test_every_secret_comes_from_outside_and_has_no_default():
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|KEY|TOKEN", variable):
                assert re.fullmatch(r"\$\{[A-Z_]+:\?[^}]+\}", str(value)), (name, variable)
    addresses = SERVICES["web"]["environment"]
    for variable in ("DATABASE_URL", "REDIS_URL", "STORAGE_URL"):
        assert re.search(r":\$\{[A-Z_]+:\?[^}]+\}@", addresses[variable])


def test_every_variable_that_compose_asks_for_is_in_the_example():
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "docker-compose.yml").read_text()))
    example = (ROOT / ".env.example").read_text()
    assert {name for name in asked if f"{name}=" not in example} == set()


def test_services_wait_for_what_they_need():
    for name in ("web", "worker-fast", "worker-training", "scheduler"):
        assert SERVICES[name]["depends_on"]["migrate"]["condition"] == (
            "service_completed_successfully"
        )
    assert SERVICES["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_the_image_runs_as_a_plain_user_with_a_health_check_and_no_secret():
    text = (ROOT / "Dockerfile").read_text()
    final = text.split("\nFROM ")[-1]
    assert re.search(r"^USER almanac$", final, re.MULTILINE)
    assert "HEALTHCHECK" in final
    assert not re.search(r"(SECRET_KEY|JWT_KEY|PASSWORD)\s*=", text)
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".env", "var", ".venv"} <= set(ignored)


def test_the_web_process_finds_the_serving_process():
    host, _, port = SERVICES["serving"]["command"][-1].rpartition(":")
    assert host == "0.0.0.0"  # noqa: S104 - only other containers reach it
    address = SERVICES["web"]["environment"]["ALMANAC_SERVING_URL"]
    assert address == f"http://serving:{port}"
    assert SERVICES["serving"]["healthcheck"]["test"][-1] == port


def test_the_training_pool_is_one_thread_a_process():
    command = SERVICES["worker-training"]["command"]
    assert command[-4:] == ["--pool", "threads", "--concurrency", "1"]


def test_the_probe_asks_by_an_allowed_name_and_tells_life_from_death(monkeypatch):
    asked = []

    class Health(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers["Host"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    monkeypatch.setenv("ALLOWED_HOSTS", "almanac.example.org,other")
    with HTTPServer(("127.0.0.1", 0), Health) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert probe.main(server.server_port) == 0
        thread.join()
    assert asked == [("/health", "almanac.example.org")]
    assert probe.main(server.server_port) == 1
