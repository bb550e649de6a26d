"""Let a TLS certificate have expired.

What it does: Writes an expired certificate of the same key and subject over the one in `path`, and tells the service by
    `reload`. It is signed with the service's own key: to clients that check the issuer it is expired, and not from their
    authority. Needs `openssl` inside the container; the key never leaves it.
The incident it stands for: A renewal that failed for weeks and was noticed by nobody: every client is refused from one
    minute to the next.
Undo: `inside_file_restore`: the file from before, byte for byte, with mode and owner; `container_start` where the service
    did not survive it; `service_reload`.
Blast radius: Every client that opens a new connection; open ones go on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from gameday.environments.inside_file import InsideFile
from gameday.errors import InvalidInput, Refused
from gameday.model.host import Deeds
from gameday.model.network import Port
from gameday.model.noun import Noun
from gameday.model.path_inside import PathInside
from gameday.model.reload import Reload, reload_steps, tell
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment

VALID = 'openssl x509 -in "$1" -noout -checkend 0 > /dev/null'
SAME_KEY = '[ "$(openssl x509 -in "$1" -noout -pubkey)" = "$(openssl pkey -in "$2" -pubout)" ]'
# Read from the copy, since the file itself is being written: all before the certificate, a new one, all behind it.
EXPIRED = (
    'new=$(openssl x509 -in "$2" -signkey "${5:-$2}" -days -1 -clrext) || exit 1; '
    "sed '/-----BEGIN CERTIFICATE-----/,$d' \"$2\"; printf '%s\\n' \"$new\"; sed '1,/-----END CERTIFICATE-----/d' \"$2\""
)
SERVED = 'openssl s_client -connect "127.0.0.1:$1" < /dev/null 2> /dev/null | openssl x509 -noout -checkend 0'


class CertificateExpired(Noun):
    """`{fault: certificate_expired, target: gateway, path: /etc/tls/gateway.pem, port: 8443, reload: HUP}`."""

    name: ClassVar[str] = "certificate_expired"
    deeds: ClassVar[Deeds] = Deeds(injecting=("kill",), undoing=("kill", "start"))

    path: PathInside
    """The certificate, in PEM; the chain and the key may stand behind it in the same file."""
    key: PathInside | None = None
    """The file of its private key; without it, the key is in `path` too."""
    port: Port
    """Where the service listens with TLS, so that it can be seen what it serves."""
    reload: Reload | None = None
    """How the service reads it again: `HUP`, `USR1`, `USR2`, or a command; without it, by itself."""

    def prepare(self, environment: Environment, target: Target) -> Undo:
        before, file = environment.state(target), InsideFile.found(environment, target, self.path)
        environment.run(target, "openssl", "version")
        if self._fails(file, VALID, self.path):
            raise Refused(f"{self.path} of {target.name} holds no certificate that is valid now, so it cannot expire")
        if self._fails(file, SAME_KEY, self.path, self.key or self.path):
            raise InvalidInput(f"{self.key or self.path} of {target.name} is not the private key of {self.path}; name its file in `key`")
        start = UndoStep(verb="container_start", arguments={"container": target.container})
        return Undo.of(target, before, file.restore(self.name, "any"), start, *reload_steps(self.reload, target))

    def inject(self, environment: Environment, target: Target) -> None:
        file = InsideFile.found(environment, target, self.path)
        file.replace(self.name, EXPIRED, self.key or "")
        tell(self.reload, environment, target)

    def is_live(self, environment: Environment, target: Target) -> bool:
        """What the listener serves has expired."""
        served = environment.run(target, "sh", "-c", SERVED, "sh", str(self.port))
        return served.code == 1 and "will expire" in served.output

    def _fails(self, file: InsideFile, script: str, *files: str) -> bool:
        return file.environment.run(file.target, "sh", "-c", script, "sh", *files, user=file.user).code != 0
