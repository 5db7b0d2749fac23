"""The deck "Seminario Justicia Abierta Quintana Roo" (31 May 2021): rows of its tables to statements."""

from __future__ import annotations

from ingest.mappings.mx_ogp_deck import actors, findings, plans, process

# In this order: what comes later names what came before, in labels and references.
TABLES = {
    "organizaciones": actors.organizations,
    "planes": plans.plans,
    "ejes-plan-2": plans.axes_of_plan_2,
    "compromisos-plan-3": plans.commitments_of_plan_3,
    "compromisos-cocreados": plans.commitments_of_plan_4("co-created"),
    "compromisos-proactivos": plans.commitments_of_plan_4("proactive"),
    "compromisos-locales": plans.local_commitments,
    "objetivos-locales": plans.local_objectives,
    "fundadores": actors.founders,
    "estados": actors.states,
    "pertenencias": actors.memberships,
    "momentos": actors.moments,
    "cambios": actors.changes,
    "informes": findings.reports,
    "informe-sombra": findings.shadow_report,
    "cocreacion": process.co_creation,
    "etapas": process.stages,
    "temas-mas-votados": process.priority_topics,
    "participantes": process.participants,
    "cifras": findings.figures,
}
