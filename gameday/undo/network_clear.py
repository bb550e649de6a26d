"""See that nothing of a network fault is left in a target's network namespace, and remove what is."""

from __future__ import annotations

from collections.abc import Mapping

from gameday.undo.docker_host import DockerHost, NotDone


def network_clear(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """Look, remove and look again, from a short-lived helper. Only what carries this fault's own key is touched."""
    container, key, image = arguments["container"], arguments["key"], arguments["image"]
    now = host.state(container)
    if now.started_at != identity.get("started_at", now.started_at):
        # Another namespace: the fault was never in it.
        return "restarted by others; the fault ended with the old network namespace"
    if not now.running:
        return "was ended with the network namespace; the container does not run"
    code, said = host.run_beside(container, image, ["clear", "--key", key])
    if code:
        raise NotDone(f"{said or 'the helper failed'}")
    return "was clean" if said == "clean" else said


def by_hand(arguments: Mapping[str, str]) -> str:
    """The command that does it without gameday."""
    container, image, key = (arguments.get(name, "?") for name in ("container", "image", "key"))
    return f"docker run --rm --network container:{container[:12]} --cap-drop ALL --cap-add NET_ADMIN {image} clear --key {key}"
