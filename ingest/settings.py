"""Settings of a deployment that stand in its data: `data/deployment.yml`, overridden by COMMITMENTS_* variables.

Nothing is invented: an unset publisher or contact is left out of the catalogue.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pyoxigraph import NamedNode

from ingest import model_faults, strict_yaml, values
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

    @field_validator("licence", "publisher_iri", "contact")
    @classmethod
    def _can_be_written_out(cls, value: str, info: ValidationInfo) -> str:
        if info.field_name == "contact":
            return _contact(value)
        return values.iri(value) if value or info.field_name == "licence" else value

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
    except ValidationError as error:
        raise SourceProblems(_problem(f"COMMITMENTS_{str(item['loc'][0]).upper()}", "", item) for item in error.errors()) from error
    except ValueError as error:  # no JSON where a list is wanted
        name = "COMMITMENTS_OWN_JURISDICTIONS"
        raise SourceProblems([Problem(name, 0, "", "settings", os.environ.get(name, ""), 'una lista JSON: ["MX"]', 'a JSON list: ["MX"]')]) from error
    try:
        return BuildSettings.model_validate({**{str(name): value for name, value in stated.items()}, **from_environment})
    except ValidationError as error:
        raise SourceProblems(_problem(DEPLOYMENT_FILE, str(item["loc"][0]), item) for item in error.errors()) from error


def _problem(place: str, column: str, item: Any) -> Problem:
    if item["type"] == "extra_forbidden":
        listed = ", ".join(BuildSettings.model_fields)
        return Problem(place, 0, column, "settings", column, f"uno de: {listed}", f"one of: {listed}")
    return Problem(place, 0, column, "settings", model_faults.found(item), *model_faults.expected(item))


def _contact(value: str) -> str:
    try:
        if value.startswith("mailto:"):
            NamedNode(value)
        elif value:
            values.iri(value)
    except ValueError:
        raise ValueError("una página web (https://…) o una dirección mailto:, sin espacios", "a web page (https://…) or a mailto: address, without blanks") from None
    return value


def normal_base(base: str) -> str:
    """BASE as used in data: absolute http(s) IRI ending in "/". Raises ValueError with what was expected in Spanish and English."""
    values.iri(base)
    parts = urlsplit(base)
    if not base.endswith("/") or parts.query or parts.fragment:
        raise ValueError('una dirección que termine en "/" y no tenga consulta ni fragmento', 'an address that ends in "/" and has no query or fragment')
    return base
