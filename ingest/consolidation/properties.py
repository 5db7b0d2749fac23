"""Which properties need a decision in the consolidated view; all others pass as the sources say them."""

SINGLE_VALUED = (
    "ogcm:number", "ogcm:position", "ogcm:jurisdiction", "ogcm:origin", "ogcm:progressPercent", "ogcm:goalPercent",
    "ogcm:status", "ogcm:observedOn", "ogcm:workshopDate", "ogcm:verdict", "dct:isPartOf",
    "ogcm:ratingAsWritten", "dct:dateSubmitted", "ogcm:irmAssessed", "ogcm:compound", "ogcm:clustered", "ogcm:methodVersion", "ogcm:report",
)  # fmt: skip
# Single-valued on resources of one kind only.
SINGLE_VALUED_OF = {"dct:issued": "report"}
# One text per language; a second one in the same language is a variant, not a conflict.
ONE_PER_LANGUAGE = ("rdfs:label", "dct:title", "skos:prefLabel", "ogcm:shortTitle")

# What an edition says of a row in its own words: of several editions of one database only the newest that says anything speaks here.
OF_NEWEST_EDITION = (
    "dct:description", "foaf:page", "ogcm:themeText", "ogcm:clusterText", "ogcm:recommendedNextSteps", "ogcm:numberAsWritten",
    "ogcm:textAsWritten", "ogcm:titleAsWritten", "ogcm:shortTitleAsWritten", "ogcm:descriptionAsWritten", "ogcm:themeTextAsWritten", "ogcm:clusterTextAsWritten",
    "ogcm:recommendedNextStepsAsWritten",
    "ogcm:startDateAsWritten", "ogcm:endDateAsWritten", "ogcm:possibleStartDate", "ogcm:possibleEndDate",
    "ogcm:leadInstitutionText", "ogcm:supportingInstitutionText", "ogcm:leadInstitutionAsWritten", "ogcm:supportingInstitutionAsWritten",
)  # fmt: skip
