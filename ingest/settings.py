"""Settings of a deployment that stand in its data: `data/deployment.yml`, overridden by COMMITMENTS_* variables.

Nothing is invented: an unset publisher or contact is left out of the catalogue.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ingest import strict_yaml, values
from ingest.problems import Problem, SourceProblems

DEPLOYMENT_FILE = "deployment.yml"
CC_BY = "https://creativecommons.org/licenses/by/4.0/"


class BuildSettings(BaseSettings):
    """What the operator of a deployment decides about its data."""

    model_config = SettingsConfigDict(env_prefix="COMMITMENTS_", extra="forbid")

    publisher: str = Field(default="", description="Name of the body that publishes this deployment; empty: left out.")
    publisher_iri: str = Field(default="", description="IRI of that body, where it has one; empty: an IRI below BASE.")
    title_es: str = Field(default="", description="Spanish title of the dataset; empty: the product's own.")
    title_en: str = Field(default="", description="English title of the dataset; empty: the product's own.")
    description_es: str = Field(default="", description="Spanish description of the dataset; empty: the product's own.")
    description_en: str = Field(default="", description="English description of the dataset; empty: the product's own.")
    contact: str = Field(default="", description="Web page or mailto address for questions about the data; empty: left out.")
    licence: str = Field(default=CC_BY, description="Licence IRI of the data of this deployment.")
    own_jurisdictions: tuple[str, ...] = Field(default=(), description="ISO codes of the jurisdictions this deployment is authoritative for.")

    @field_validator("licence")
    @classmethod
    def _is_iri(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError("must be an http(s) IRI")
        return value

    def in_data(self) -> dict[str, str]:
        """The settings as the manifest and the catalogue take them; an unset one is left out."""
        stated = self.model_dump(exclude={"own_jurisdictions"}) | {"own_jurisdictions": " ".join(sorted(self.own_jurisdictions))}
        return {name: value for name, value in stated.items() if value}


def load_settings(data_dir: Path) -> BuildSettings:
    """`deployment.yml` of the data folder, environment variables winning over it. Raises SourceProblems."""
    path = data_dir / DEPLOYMENT_FILE
    stated = strict_yaml.read(path, DEPLOYMENT_FILE, "settings") if path.is_file() else None
    if stated is None:  # no file, or one of comments only
        stated = {}
    if not isinstance(stated, dict):
        es, en = "ajustes con su nombre (publisher: …)", "settings by name (publisher: …)"
        raise SourceProblems([Problem(DEPLOYMENT_FILE, 0, "", "settings", str(stated), es, en)])
    try:
        from_environment = BuildSettings().model_dump(exclude_unset=True)
        return BuildSettings.model_validate({**{str(name): value for name, value in stated.items()}, **from_environment})
    except ValueError as error:
        raise SourceProblems([Problem(DEPLOYMENT_FILE, 0, "", "settings", str(error), "ajustes válidos", "valid settings")]) from error


def normal_base(base: str) -> str:
    """BASE as used in data: absolute http(s) IRI ending in "/". Raises ValueError saying what is wrong."""
    values.iri(base)
    parts = urlsplit(base)
    if not base.endswith("/") or parts.query or parts.fragment:
        raise ValueError(f'BASE must end in "/" and hold no query: {base}')
    return base
