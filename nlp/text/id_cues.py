"""Words that say, in many languages, that the number beside them is the id of a person."""

import re

# Nothing else is called so in comments: what follows is an id, whether its check digit is known or not.
_SURE = r"""
ssn|social[- ]security|soc\. sec|itin|nino|national insurance|ni (?:no|number|nr)|nhs (?:no|number)|tax file|tfn
|ird(?: no| number)?|medicare (?:card|no|number)|social insurance|national id\w*|national identi\w+|identity (?:card
|number|no|document|paper)s?|identification (?:card|number|no|code)|id[- ](?:card|number|no|nr|nummer|document
|code)s?|personal (?:id|code|number|identi\w+)|citizen(?:ship)?(?:'s)? (?:id|number|card|no)|civil id
|birth (?:registration )?(?:number|no)|tax(?:payer)?(?:'s)? (?:id|number|no|identi\w+|code)|passport\w*|driv(?:ing
|er|ers|er's|ers'|er’s)[ -]licen[cs]e|driving permit|residen(?:ce|cy|t) (?:permit|card|registration|id)|green card
|visa (?:no|number)|health (?:card|insurance)|ghana card|huduma|kra pin|bvn|omang|emirates id|iqama
|resident registration|rrn|steuer-?id\w*|steuer-?nummer|steuer-?nr|idnr|sozialversicherung\w*|sv-?(?:nummer|nr)
|versicherungs-?(?:nummer|nr)|versicherten\w*|rentenversicherung\w*|(?:personal)?ausweis\w*|reisepass\w*
|führerschein\w*|ahv(?:-?(?:nummer|nr))?|n° avs|avs|s[ée]cu|s[ée]curit[ée] sociale|nir|carte d['’]identit[ée]
|passeport|permis de conduire|titre de s[ée]jour|niss|inss|registre national|rijksregister\w*|burgerservice\w*
|bsn(?:-nummer)?|paspoort\w*|rijbewijs\w*|identiteits\w*|dni|nif|curp|c[ée]dula|cuil|cuit|pasaporte|clave única
|seguridad social|carnet de conducir|tarjeta de residencia|cpf|cnh|contribuinte|cart[ãa]o de cidad[ãa]o
|bilhete de identidade|t[íi]tulo de eleitor|passaporte|carteira de (?:identidade|motorista)|codice fiscale
|cod\. ?fisc\w*|tessera sanitaria|carta d['’]identit[àa]|passaporto|patente di guida|person(?:nummer|nr)\w*
|samordningsnummer\w*|körkort\w*|f[øo]dselsn(?:ummer|r)\w*|f[øo]rerkort\w*|k[øo]rekort\w*|cpr(?:-?(?:nummer|nr
|no))?\w*|kennital\w*|henkilötunnu\w*|hetu\w*|ajokort\w*|isikukood\w*|asmens kod\w*|personas kod\w*|pesel\w*
|dow[oó]d\w*|praw\w* jazdy|paszport\w*|rodn\w+ č[íi]s\w+|rodn\w+ cis\w+|občansk\w+|pas č\w*|személyi\w*
|adóazonosító\w*|taj[- ]szám\w*|cnp|jmbg|emšo|emso|oib|egn|егн|снилс|snils|инн|паспорт\w*|amka|αμκα|αφμ
|matični broj|buletin\w*|kimlik\w*|teudat zehut|mispar zehut|code ?melli|aadhaa?r|pan (?:card|no|number)
|permanent account|cnic|nicop|ktp|nric|mykad|hkid|jumin\w*|my ?number card|個人番号|マイナンバー|身份证\w*
|주민\w*|shenfen\w*
|cccd|cmnd|thẻ căn cước|sss (?:no|number)|philsys|philhealth|umid|pps(?:n| number| no)|pps|vitale|curp|ine
|clave de elector|rsa id|sa id|id book|id-kort\w*|id-kaart\w*|lichnost\w*
"""
# These say something else as well: a check digit, capitals or the number right behind must bear them out.
_WEAK = r"""
sin|pan|tin|tz|ic|fin|nin|run|rut|rg|inn|nie|nip|tc|cf|nid|nik|id|ni|nhs|nss|rfc|r\.č\.|rč|afm|taj|pis|pps no
|social|social number|insurance (?:no|number)|licen[cs]e|permit|identity|national|tax|insured|patente|fnr|pnr
|personalia|medicare|nhi|svnr|sv|avs|amg|kt
"""


def _words(listed: str) -> str:
    return listed.replace("\n", "")


SURE = re.compile(rf"(?<![\w@.])(?:{_words(_SURE)})(?!\w)", re.IGNORECASE)
WEAK = re.compile(rf"(?<![\w@.])(?:{_words(_WEAK)})(?!\w)", re.IGNORECASE)
# What systems number, and what numbers count: no id of a person stands right behind or before these.
SYSTEMS = re.compile(
    r"\b(?:ticket|case|order|invoice|inv|po|ref|reference|sku|serial|build|version|v|account|acct|contract|"
    r"customer|rechnung|"
    r"error|err|code|bug|rows?|records?|issue|sku|batch|lot|job|claim|booking|shipment|tracking|parcel|policy|"
    r"quote|asset|"
    r"device|part|item|article|artikel|bestellung|commande|facture|pedido|factura|fattura|ordine|zam[óo]wieni\w*|"
    r"faktura\w*|"
    r"nip|cnpj|siret|siren|kvk|ust-?id\w*|uid|regon|ein|eori|gstin|abn|acn|duns|lei|nipc|"
    r"meter|machine|matter|docket|sample|container|truck|vat|user|session|transaction|object|request|tenant|"
    r"project|"
    r"workspace|report|survey|event|trace|run|form|table|line|page|port|extension|chassis|vin|imei|gtin|ean|isbn|"
    r"barcode|chart|bin|bay|locker|badge|club|loyalty|member|membership|permit for|plate|reg)"
    r"(?:'s)?(?:[ -](?:id|ids|no|nr|number|num|code))?[\s.:#=(\"'-]*$",
    re.IGNORECASE,
)
UNITS = re.compile(
    r"\s?(?:%|€|\$|£|(?:rows?|records?|times?|ms|seconds?|minutes?|hours?|days?|users?|people|customers?|"
    r"employees|seats?|"
    r"pages?|entries|lines?|tickets?|contacts|files?|documents?|uploads?|guests?|kb|mb|gb|km|kg|eur|usd|gbp|chf)\b)",
    re.IGNORECASE,
)
