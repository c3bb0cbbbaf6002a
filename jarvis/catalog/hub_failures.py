"""The sentences for what can go wrong between here and the model hub. Knows nothing of how transfers work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.contracts.errors import Cancelled, InputError, JarvisError, StorageError

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError


def no_space(needed: int, free: int, folder: Path) -> StorageError:
    """Return the error for a disk that has `free` bytes where `needed` are wanted."""
    return StorageError(
        "download.space",
        en="The model takes {needed} MB more and {folder} has {free} MB left; nothing more was fetched, what is there "
        "is kept. Free some space and repeat.",
        es="El modelo ocupa {needed} MB más y en {folder} quedan {free} MB; no se descargó más y lo que hay se "
        "conserva. Libera espacio y repite.",
        needed=-(-needed // 1_000_000),
        free=free // 1_000_000,
        folder=folder,
    )


def wrong_content(identity: str, file: str) -> InputError:
    """Return the error for a file that is not what was promised; it was removed."""
    return _told("download.checksum", id=identity, file=file)


def changed_at_hub(identity: str, file: str) -> InputError:
    """Return the error for a file of which the hub has another version than the catalogue; it was not fetched."""
    return _told("download.changed", id=identity, file=file)


def not_a_hub(identity: str, host: str) -> InputError:
    """Return the error for a server that answers with a page instead of a file."""
    return _told("download.not_a_hub", id=identity, host=host)


def failed(identity: str, why: str) -> InputError:
    """Return the error for a transfer that ended before its end."""
    return _told("download.failed", id=identity, why=why.strip().splitlines()[0][:120] if why.strip() else "?")


@contextmanager
def hub_sentences(identity: str, repository: str, folder: Path, *, with_token: bool) -> Iterator[None]:
    """Turn the client's and the disk's errors into ones that a person understands."""
    from httpx2 import HTTPError
    from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError

    try:
        yield
    except (Cancelled, JarvisError):
        raise
    except EntryNotFoundError as error:
        raise _told("download.not_found", id=identity, repository=repository) from error
    except HfHubHTTPError as error:
        raise _answered(identity, repository, error, with_token=with_token) from error
    except HTTPError as error:
        raise failed(identity, str(error) or type(error).__name__) from error
    except OSError as error:
        if error.errno in (ENOSPC, EDQUOT):
            raise no_space(1_000_000, 0, folder) from error
        raise failed(identity, str(error)) from error


def _answered(identity: str, repository: str, error: HfHubHTTPError, *, with_token: bool) -> InputError:
    """Return what an answer of the hub means; 401 also stands for a repository that is shown to nobody."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    status = error.response.status_code
    if not isinstance(error, GatedRepoError):
        if status == 401 and not with_token:
            return _told("download.hidden", id=identity, repository=repository)
        if isinstance(error, RepositoryNotFoundError) and status != 401:
            return _told("download.not_found", id=identity, repository=repository)
        if status == 429 or status >= 500:
            return _told("download.hub_busy", id=identity, status=status)
        if status not in (401, 403):
            return failed(identity, f"HTTP {status}")
    return _told(
        "download.gated",
        id=identity,
        repository=repository,
        token_en="the token that was given is not accepted" if with_token else "no token was given",
        token_es="el token que se dio no se acepta" if with_token else "no se dio ningún token",
    )


_SENTENCES: dict[str, tuple[str, str]] = {
    "download.checksum": (
        "{file} of {id} is not what the hub or the list of models promises (its checksum differs), so it was removed; "
        "everything else is kept. Repeat, and if it happens again, do not trust that source.",
        "{file} de {id} no es lo que promete el servidor o la lista de modelos (su suma no coincide), así que se "
        "borró; lo demás se conserva. Repite y, si vuelve a pasar, no te fíes de esa fuente.",
    ),
    "download.changed": (
        "The hub has another {file} of {id} than the list of models promises; nothing of it was fetched, what is here "
        "is kept. Update Jarvis and its list of models, or choose another quantization.",
        "El servidor tiene otro {file} de {id} que el que promete la lista de modelos; no se descargó nada de él y lo "
        "que hay se conserva. Actualiza Jarvis y su lista de modelos o elige otra cuantización.",
    ),
    "download.not_a_hub": (
        "{host} answered with a web page instead of {id}; nothing of it was kept. Check HF_ENDPOINT, the proxy, or "
        "whether the network wants you to sign in, and repeat.",
        "{host} respondió con una página web en vez de {id}; no se guardó nada de ella. Comprueba HF_ENDPOINT, el "
        "proxy o si la red pide identificarse, y repite.",
    ),
    "download.failed": (
        "{id} could not be fetched ({why}); what arrived is kept. Check the network and repeat to go on from there.",
        "No se pudo descargar {id} ({why}); lo que llegó se conserva. Comprueba la red y repite para continuar.",
    ),
    "download.gated": (
        "{id} wants its licence accepted, and {token_en}: open https://huggingface.co/{repository}, accept it, make a "
        "token at https://huggingface.co/settings/tokens and give it with “jarvis keys set huggingface” or as "
        "HF_TOKEN. Nothing was fetched.",
        "{id} pide aceptar su licencia y {token_es}: abre https://huggingface.co/{repository}, acéptala, crea un token "
        "en https://huggingface.co/settings/tokens y dalo con «jarvis keys set huggingface» o como HF_TOKEN. No se "
        "descargó nada.",
    ),
    "download.hidden": (
        "The hub shows {repository} to nobody without a token: it was removed, or wants its licence accepted. Look at "
        "https://huggingface.co/{repository}; where a licence is asked for, accept it, make a token at "
        "https://huggingface.co/settings/tokens and give it with “jarvis keys set huggingface” or as HF_TOKEN. Nothing "
        "of {id} was fetched.",
        "El servidor no enseña {repository} sin token: se retiró o pide aceptar su licencia. Mira "
        "https://huggingface.co/{repository}; si pide la licencia, acéptala, crea un token en "
        "https://huggingface.co/settings/tokens y dalo con «jarvis keys set huggingface» o como HF_TOKEN. No se "
        "descargó nada de {id}.",
    ),
    "download.not_found": (
        "The hub has no longer (or never had) a file of {id} in {repository}; nothing of it was fetched. Choose "
        "another quantization, or update Jarvis and its list of models.",
        "El servidor ya no tiene (o nunca tuvo) un fichero de {id} en {repository}; no se descargó. Elige otra "
        "cuantización o actualiza Jarvis y su lista de modelos.",
    ),
    "download.hub_busy": (
        "The hub answers {status} for {id} again and again; what arrived is kept. Repeat in a few minutes; with a "
        "token (HF_TOKEN) it lets you ask more often.",
        "El servidor responde {status} una y otra vez para {id}; lo que llegó se conserva. Repite en unos minutos; "
        "con un token (HF_TOKEN) permite pedir más a menudo.",
    ),
}
"""English and Spanish by code."""


def _told(code: str, **names: object) -> InputError:
    english, spanish = _SENTENCES[code]
    return InputError(code, en=english, es=spanish, **names)
