from __future__ import annotations

import copy
import importlib.util
import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import yaml

from pipeline.settings import Settings
from tests.house.test_readme import settings
from tests.house.tree import ROOT

KNOWN = set(settings(Settings))
SECRET = {name for name in KNOWN if name.endswith(("URL", "KEY", "PASSWORD", "TOKEN"))}
CONTAINER = ROOT / "infra" / "container"
COMPOSE = yaml.safe_load((CONTAINER / "compose.yaml").read_text(encoding="utf-8"))
FILES = [path for path in sorted((ROOT / "infra" / "kubernetes").glob("*.yaml")) if path.name != "kustomization.yaml"]
OBJECTS = [one for path in FILES for one in yaml.safe_load_all(path.read_text(encoding="utf-8"))]
type Objects = list[dict[str, Any]]


def of_kind(objects: Objects, *kinds: str) -> Objects:
    return [one for one in objects if one["kind"] in kinds]


def pods(objects: Objects) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for one in of_kind(objects, "Deployment", "Job"):
        pod = one["spec"]["template"]["spec"]
        yield from ((one["metadata"]["name"], pod, container) for container in pod["containers"])


def containers_are_nobody_and_write_nothing(objects: Objects) -> Iterator[str]:
    for name, pod, container in pods(objects):
        who, may = pod.get("securityContext", {}), container.get("securityContext", {})
        if not who.get("runAsNonRoot") or who.get("runAsUser") != 10001:
            yield f"{name} may be root"
        if not may.get("readOnlyRootFilesystem") or may.get("allowPrivilegeEscalation") is not False:
            yield f"{name} can change itself"
        if may.get("capabilities", {}).get("drop") != ["ALL"] or pod.get("automountServiceAccountToken") is not False:
            yield f"{name} may do what it does not need"
        if not {"requests", "limits"} <= set(container.get("resources", {})):
            yield f"{name} takes what it likes"


def services_are_probed_and_survive_a_node(objects: Objects) -> Iterator[str]:
    budgets = {one["spec"]["selector"]["matchLabels"]["app"] for one in of_kind(objects, "PodDisruptionBudget")}
    for one in of_kind(objects, "Deployment"):
        name, spec = one["metadata"]["name"], one["spec"]
        if name not in budgets or spec["replicas"] < 2:
            yield f"{name} goes with its node"
        for container in spec["template"]["spec"]["containers"]:
            told = {kind: container.get(f"{kind}Probe", {}).get("httpGet", {}) for kind in ("liveness", "readiness")}
            if [told["liveness"].get("path"), told["readiness"].get("path")] != ["/healthz", "/readyz"]:
                yield f"{name} is not asked"
            ports = {port["name"] for port in container["ports"]}
            if not {probe.get("port") for probe in told.values()} <= ports:
                yield f"{name} is asked where it does not answer"


def nothing_is_reached_that_is_not_named(objects: Objects) -> Iterator[str]:
    policies = of_kind(objects, "NetworkPolicy")
    closed = [one for one in policies if one["spec"]["podSelector"] == {} and "ingress" not in one["spec"]]
    if not any(set(one["spec"]["policyTypes"]) == {"Ingress", "Egress"} for one in closed):
        yield "what no policy names is open"
    for one in policies:
        for way in (*one["spec"].get("ingress", []), *one["spec"].get("egress", [])):
            if not way.get("ports") or not (way.get("from") or way.get("to")):
                yield f"{one['metadata']['name']} opens everything"


def settings_are_known_and_secrets_are_files(objects: Objects) -> Iterator[str]:
    named = {name: "" for one in of_kind(objects, "ConfigMap") for name in one["data"]}
    named |= {entry["name"]: name for name, _, container in pods(objects) for entry in container.get("env", [])}
    yield from (f"{name} is no setting" for name in named if name not in KNOWN)
    yield from (f"{name} is a secret" for name in named if name in SECRET)
    owners = {
        name for name, pod, _ in pods(objects) for volume in pod["volumes"]
        if volume.get("secret", {}).get("secretName") == "earmark-owner"
    }  # fmt: skip
    if owners != {"migrate"}:
        yield "the owner's address is the migration's alone"
    engines = {
        name for name, pod, _ in pods(objects) for volume in pod["volumes"]
        if volume.get("secret", {}).get("secretName") == "earmark-worker"
    }  # fmt: skip
    if engines != {"worker"}:
        yield "the engine's address is the worker's alone"


type Property = Callable[[Objects], Iterator[str]]


def _web(objects: Objects) -> dict[str, Any]:
    found: dict[str, Any] = of_kind(objects, "Deployment")[0]["spec"]["template"]["spec"]
    return found


SPOILED: list[tuple[Property, Callable[[Objects], Any]]] = [
    (containers_are_nobody_and_write_nothing, lambda o: _web(o)["securityContext"].pop("runAsNonRoot")),
    (containers_are_nobody_and_write_nothing, lambda o: _web(o)["containers"][0]["securityContext"].clear()),
    (containers_are_nobody_and_write_nothing, lambda o: _web(o)["containers"][0].pop("resources")),
    (services_are_probed_and_survive_a_node, lambda o: _web(o)["containers"][0].pop("livenessProbe")),
    (services_are_probed_and_survive_a_node, lambda o: _web(o)["containers"][0]["ports"].pop(0)),
    (services_are_probed_and_survive_a_node, lambda o: o.remove(of_kind(o, "PodDisruptionBudget")[0])),
    (nothing_is_reached_that_is_not_named, lambda o: o.remove(of_kind(o, "NetworkPolicy")[0])),
    (nothing_is_reached_that_is_not_named, lambda o: of_kind(o, "NetworkPolicy")[1]["spec"]["ingress"][0].pop("from")),
    (settings_are_known_and_secrets_are_files, lambda o: of_kind(o, "ConfigMap")[0]["data"].update(EARMARK_NAME="x")),
    (settings_are_known_and_secrets_are_files, lambda o: of_kind(o, "ConfigMap")[0]["data"].update(EARMARK_DATABASE__URL="x")),
    (settings_are_known_and_secrets_are_files, lambda o: _web(o)["volumes"][2]["secret"].update(secretName="earmark-owner")),
]  # fmt: skip


@pytest.mark.parametrize(
    "holds", sorted({one for one, _ in SPOILED}, key=lambda p: p.__name__), ids=lambda p: p.__name__
)
def test_it_is_so_in_the_manifests(holds: Property) -> None:
    assert list(holds(OBJECTS)) == []


@pytest.mark.parametrize(("holds", "spoil"), SPOILED, ids=lambda one: getattr(one, "__name__", "").strip("<>"))
def test_a_spoiled_manifest_is_found(holds: Property, spoil: Callable[[Objects], Any]) -> None:
    objects = copy.deepcopy(OBJECTS)
    spoil(objects)
    assert list(holds(objects)) != []


def test_compose_gives_known_settings_and_secrets_as_files() -> None:
    ours = {name: s for name, s in COMPOSE["services"].items() if "earmark" in s["image"]}
    assert set(ours) == {"pod", "prepare", "web", "worker"}
    for name, service in ours.items():
        environment = set(service.get("environment", {}))
        assert environment <= KNOWN, name
        assert environment & SECRET == set(), name
        assert service["read_only"] is True
        assert service["user"] == "10001:10001"
        assert service["cap_drop"] == ["ALL"]
        wanted = {one.upper() for one in service.get("secrets", [])}
        assert wanted <= KNOWN, name
        assert ("EARMARK_DATABASE__OWNER_URL" in wanted) is (name == "prepare")
        assert ("EARMARK_DATABASE__ENGINE_URL" in wanted) is (name == "worker")
        assert ("EARMARK_DATABASE__SYSTEM_URL" in wanted) is ("EARMARK_DATABASE__URL" in wanted)
    assert all("healthcheck" in COMPOSE["services"][name] for name in ours)
    assert set(COMPOSE["secrets"]) >= {one for s in COMPOSE["services"].values() for one in s.get("secrets", [])}


def test_every_secret_of_compose_is_made_by_the_script() -> None:
    script = (CONTAINER / "make_secrets.sh").read_text(encoding="utf-8")
    assert [name for name in COMPOSE["secrets"] if not re.search(rf"\| keep {name}$", script, re.MULTILINE)] == []


def test_the_image_is_nobody_and_is_made_of_pinned_parts() -> None:
    lines = (CONTAINER / "Containerfile").read_text(encoding="utf-8")
    last = lines[lines.rindex("\nFROM ") :]
    assert "\nUSER 10001:10001\n" in last
    assert "\nHEALTHCHECK " in last
    assert "--require-hashes -r requirements-image.lock -r requirements-models.lock" in lines.replace("\\\n      ", "")
    assert set(re.findall(r"EARMARK_\w+", lines)) <= KNOWN
    assert not re.search(r"pip install(?!.*--no-index)", lines)


class Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_the_health_check_believes_only_an_answer() -> None:
    spec = importlib.util.spec_from_file_location("healthcheck", CONTAINER / "healthcheck.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with ThreadingHTTPServer(("127.0.0.1", 0), Health) as server:
        Thread(target=server.serve_forever, args=(0.01,)).start()
        assert module.lives(server.server_port)
        server.shutdown()
    assert not module.lives(server.server_port)
    assert not module.lives(None)
