"""Forms of the parts of postal addresses: streets, flats, houses, boxes, towns, post codes. Every one is bounded."""

import re

# Characters of a part that are looked at, and parts behind a street.
LONGEST, BEHIND = 70, 7
DIVIDES = re.compile(r"[,;\n|•·]+| / | - ")
WORD = r"[^\W\d_][\w'’.-]{0,24}"
CAPITAL = r"[^\W\d_a-zß-öø-ÿąćęłńśźżčďěňřšťůžőűășțğış][\w'’.-]{0,24}"
LINK = (
    r"(?:de|del|della|delle|dei|degli|di|da|do|dos|das|la|le|les|los|las|du|des|der|den|dem|van|von|op|aan|y|e|of|"
    r"the)"
)
NUMBER = r"\d{1,5}(?: ?[a-z]\b)?(?: ?[-–/] ?(?:\d{1,4}[a-z]?|[ivx]{1,4}|[a-z])\b){0,3}(?: ?(?:bis|ter)\b)?"
NUMBERED = rf"(?:n[ºo°r]?[.:]? ?|nr[.:]? ?|no[.:]? ?|č\.? ?p\.? ?|#)?(?:{NUMBER}|s/n\b)"
SURE_BEHIND = (
    r"street|st|avenue|ave|av|road|rd|boulevard|blvd|lane|ln|parkway|pkwy|highway|hwy|crescent|cres|terrace|turnpike|"
    r"marg|nagar|salai|saddak|jln|street north|street south|jalan|sokak|sokağı|caddesi|cad|sok|bulvarı|mahallesi|"
    r"utca|utja|körút|tér"
)
MAYBE_BEHIND = (
    r"drive|dr|court|ct|close|way|place|pl|square|sq|row|gardens|gdns|mews|quay|park|hill|wharf|trail|pike|loop|"
    r"grove|green|"
    r"rise|walk|view|bend|circle|cir|cove|point|ridge|run|gate|vale|yard|broadway|chase|parade|pde|esplanade|"
    r"circuit|route|"
    r"line|sideroad|concession|range road|township road|bypass|alley|crossing|path|promenade|heights|estate|"
    r"colony|layout|"
    r"enclave|sector|chowk|bazaar|dori|chome|cho|machi|ro|gil|daero|lu|jie|soi|lorong|street east|street west"
)
# Words of a street's name that stand apart before its number: "Skolas iela 14", "mariahilfer straße 45".
APART = (
    r"iela|gatvė|gatve|utca|utja|útja|körút|tér|tänav|caddesi|cad\.?|sokak|sokağı|sok\.?|bulvarı|straße|strasse|"
    r"str\.|weg|platz|allee|"
    r"ring|ulice|ulica|tie|katu|vej|gade|allé|väg|gata|vei|gate|straat|laan|plein|mnt|puiestee|prospektas|"
    r"bulvāris|street|road|pr\.|cesta|ulica|námestie|nám\.|sgatvė|blvd|bulvar"
)
# Before a name and a number these are streets without a post code, too.
SURE_BEFORE = re.compile(
    r"(?:calle|vul\.|вул\.|ул\.|улица|вулиця|jr\.|jirón|pasaje|colonia|carrera|rue|ul\.|ulica|strada|str\.|bd\.|"
    r"bulevardul|calea|rua|avenida|avda\.?|av\.?|travessa|"
    r"piazza|viale|corso|"
    r"jl\.?|jalan|carrer|paseo|quai|chemin|boulevard|avenue|leoforos|odos) (?-i:(?:\w{1,3} ){0,2}[^\W\d_a-zß-öø-ÿ])",
    re.IGNORECASE,
)
BEFORE = (
    r"chaussée|chee|via|viale|v\.le|piazza|p\.za|piazzale|corso|c\.so|vicolo|largo|strada|str\.?|stradă|bd\.?|"
    r"bdul|b-dul|bulevardul|calea|aleea|"
    r"șoseaua|sos\.?|rue|avenue|av\.?|avda\.?|avenida|boulevard|bld\.?|chemin|ch\.|all[ée]e|quai|impasse|place|"
    r"route|rte|cours|"
    r"passage|square|sentier|calle|c/|c\.|cl\.?|carrera|cra\.?|kra\.?|transversal|diagonal|camino|paseo|p[ºo]\.?|"
    r"plaza|pza\.?|carretera|"
    r"ctra\.?|ronda|rambla|carrer|passeig|camí|rúa|praza|jirón|jr\.?|pasaje|rua|r\.|travessa|tv\.?|praça|estrada|"
    r"alameda|rodovia|"
    r"largo|beco|ul\.|ulica|ulice|ulitsa|al\.|aleja|aleje|os\.|osiedle|plac|pl\.|nám\.|náměstí|námestie|nábřeží|"
    r"třída|tř\.|"
    r"odos|leoforos|plateia|bul\.|bulevar|trg|cesta|am|an der|auf der|auf dem|im|in der|zum|zur|unter den|jalan|"
    r"jl\.?|jln\.?|"
    r"vul\.|вул\.?|вулиця|ул\.?|улица|просп\.?|проспект|пр-т|бул\.?|пл\.|пер\.|οδός|λεωφ\.?|heol|ffordd|bóthar|sráid|"
    r"gang|lorong|đường|phố|ngõ|soi|thanon|jalan raya|sokak|straat|rruga|prospekt|pr\.|pereulok|per\."
)
ENDINGS = (
    r"straße|strasse|str\.?|gasse|gässli|allee|platz|weg|damm|ufer|ring|graben|markt|steig|hof|berg|gracht|straat|"
    r"laan|kade|"
    r"steenweg|plein|singel|dijk|dreef|steeg|hof|weg|gatan|gata|gade|vägen|vegen|veien|vei|vej|gränd|torget|torg|"
    r"plads|allé|stræde|katu|"
    r"tie|kuja|polku|kaari|stígur|vegur|braut|stræti|dori|cho|machi|daero|ro|gil|utca|sokak|iela|gatve|tänav|mnt"
)
FORMS_OF_STREETS = (
    # "12 Hazel Grove", in any case; whether that is enough says the word.
    rf"(?P<behind>(?:(?:blk|block|plot|no\.?|unit|flat|apt\.?|suite|house|door|villa|shop|"
    rf"lot) ?#?)?{NUMBER},? (?:(?!(?:hours?|days?|weeks?|months?|years?|times?|minutes?|of|the|per|and|to|for|in|"
    rf"on|a|my) )"
    rf"[\w'’.-]{{1,25}} ){{1,4}}(?P<word>{SURE_BEHIND}|{MAYBE_BEHIND})\b\.?(?: (?:[NSEW]{{1,2}}|north|south|east|"
    rf"west)\b\.?)?"
    rf"(?: \d{{1,4}}\b)?)",
    rf"(?P<before>(?:{NUMBERED},? )?(?<![\w.])(?:{BEFORE}) (?:{LINK} ){{0,3}}{WORD}(?: {WORD}|"
    rf" \d{{1,2}}(?= )){{0,4}},? ?{NUMBERED})",
    rf"(?P<frontnumber>{NUMBERED},? (?:{BEFORE}) (?:{LINK}? ?l?['’]?){{0,2}}{WORD}(?: {WORD}){{0,4}})",
    r"(?P<crossed>(?:calle|carrera|cra\.?|kra\.?|cl\.?|transversal|diagonal|avenida|"
    r"av\.?) \d{1,3} ?[a-z]?(?: (?:bis|sur|norte|este))? ?"
    r"(?:#|no\.?|n°|nº) ?\d{1,3} ?[a-z]? ?[-–] ?\d{1,3})",
    rf"(?P<apart>(?:(?-i:{CAPITAL} ){{1,3}}|{WORD} )(?:{APART}) {NUMBERED})",
    rf"(?P<ending>(?:{WORD} ){{0,2}}[^\W\d_][\w'’-]{{1,24}}(?:{ENDINGS}) {NUMBERED})",
    r"(?P<nameless>\d{1,3}(?:st|nd|rd|th|[a-z]) (?:street|st|road|rd|avenue|ave|cross|main|lane)\b\.?)",
    rf"(?P<rural>(?-i:{CAPITAL}(?: (?:{LINK} ){{0,2}}{CAPITAL}){{0,3}})(?: \d{{1,3}})?,? (?:km|"
    rf"kil[oó]metr[eo]) ?\d{{1,4}}(?:[.,]\d{{1,2}})?)",
    rf"(?P<plain>(?-i:{CAPITAL}(?: (?:{LINK} ){{0,2}}{CAPITAL}){{0,3}}),? {NUMBERED})",
    # With words in small letters ("Rajecká cesta 66"): a code must follow.
    rf"(?P<mixed>(?-i:{CAPITAL}(?: {WORD}){{1,3}}),? {NUMBERED}\.?)",
    rf"(?P<numbered>(?!\d{{5}}){NUMBER} (?-i:{CAPITAL}(?: (?:{LINK} ){{0,2}}{CAPITAL}){{0,3}}))",
)
AT_END = tuple(
    re.compile(
        rf"(?<![\w.]){form}(?P<unit> (?:(?:#|apt|unit|suite|ste|flat|fl|m\.|bte|bus|lok|lgh|int|as|top|no|d|kat|daire|"
        rf"app)[.:]? ?[\w-]{{1,6}}|\d{{1,3}}))?$",
        re.I,
    )
    for form in FORMS_OF_STREETS
)
SURE_WORD = re.compile(rf"(?:{SURE_BEHIND})", re.IGNORECASE)
FLAT = re.compile(
    r"(?:(?:the )?(?:flat|apt|apartment|unit|suite|ste|floor|fl|room|rm|level|lvl|block|blk|building|bldg|tower|"
    r"wing|door|shop|"
    r"plot|office|house|hall|studio|dept|bay|lot|top|stiege|stg|tür|etage|whg|wohnung|haus|hinterhaus|appartement|"
    r"appt|b[âa]t(?:iment)?|"
    r"esc(?:alier)?|warehouse|hangar|gate|villa|kav\.?|soi|moo|kv\.?|кв\.?|сек|sec\.?|section|blok|bldg\.?|"
    r"r[ée]sidence|porte|piso|puerta|pta|planta|portal|of(?:icina)?|dpto|depto|int(?:erno)?|"
    r"interior|local|torre|"
    r"edificio|edif[íi]cio|bloco|sala|apto|conj|andar|lote|scala|piano|pal(?:azzo)?|bus|bte|bo[îi]te|lok(?:al)?|"
    r"bl|sc|et|ap|lgh|"
    r"kerros|as|byt|patro|vchod|kat|daire|no|phase|sector|street|lane|road|gali|cross|main|rr|box|ward|stage|"
    r"h\.? ?no)(?![^\W\d_])[.:]? ?(?:no\.?|nr\.?|#|number)? ?#?[\w/.-]{1,8}"
    r"|(?:d|k|da|daire|kat)[:.] ?\d{1,3}"
    r"|#\d{1,2}-\d{1,4}|#\d{1,5}|\d{1,3}(?:st|nd|rd|th) \w{2,12}|\d{1,3}(?:st|nd|rd|th|\.|º|ª|°|er|e|ème|"
    r"ème)? ?(?:floor|fl|etage|étage|stock|og|piso|andar|piano|sal|tv|th|"
    r"tr|izq\w*|esq\w*|dto|fte|frente|dcha|derecha|kat|kerros|patro|em)\.?|[1-9]?[EO]G|\d{1,3}F|"
    r"\d{1,2}(?:[º°ª]|\.º|n|r|t)? ?(?:[a-d]|\d{1,2}a)?|\d{1,2}\.?[º°ª]? (?:esq|dir|dto|frente)\.?|\d{1,3}/f|s/n|"
    r"[a-z]\d?)$",
    re.IGNORECASE,
)
FLAT_END = re.compile(
    r"(?<!\w)(?:(?:flat|apt|apartment|unit|suite|ste|floor|room|level|block|blk|building|tower|door|shop|plot|"
    r"house|lot|rr|villa|no)\.? ?"
    r"#?\d[\w-]{0,5}|\d{1,5}(?: ?[a-z]| bis| ter)?)$",
    re.IGNORECASE,
)
HOUSE = re.compile(
    rf"(?:(?:The (?:{CAPITAL} ?){{1,3}})|(?:{CAPITAL} ){{1,3}}(?:House|Cottage|Farm|Barn|Forge|Mill|Lodge|Hall|"
    rf"Court|Building|"
    r"Tower|Towers|Centre|Center|Mansion|Villa|Manor|Works|Park|Plaza|Chambers|Quay|Wharf|Estate|Business Park|"
    r"Industrial Estate|"
    r"Complex|Apartments|Heights|Mall|Arcade|Yard|Depot))$"
)
POST = (
    r"(?:(?:[A-Z]{1,3}[- ]?)?(?:\d{5}-\d{3,4}|\d{3}-\d{4}|\d{4}-\d{3}|\d{2}-\d{3}|\d{3} \d{2,3}|\d{4} ?[A-Z]{2}|"
    r"\d{6}|\d{5}|\d{4})|"
    r"[A-Z]{1,2}\d[\dA-Z]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]\d[\dW] ?[A-Z0-9]{4}|〒\d{3}-\d{4})"
)
NAME = r"[^\W\d_](?:[^\W\d_]|['’.-]){0,24}"
TOWN = rf"{NAME}(?: (?:{LINK} ){{0,2}}{NAME}){{0,3}}(?: \d{{1,2}}\b)?"
CITY = rf"{CAPITAL}(?: (?:{LINK} ){{0,2}}{CAPITAL}){{0,2}}"
CODED = re.compile(
    rf"(?:{POST},? (?:{LINK} ){{0,2}}{WORD}(?: (?-i:(?:{LINK} ){{0,2}}{CAPITAL})){{0,3}}(?: \d{{1,2}}\b)?|"
    rf"{POST})(?![\w-])",
    re.IGNORECASE,
)
CODED_BEHIND = re.compile(rf"{TOWN},? (?:{POST}|\d{{7}})(?![\w-])", re.IGNORECASE)
# Words of quarters, districts and estates, before a name or behind it.
LOCALITY = re.compile(
    r"(?:brgy\.?|barangay|purok|sitio|bairro|col\.|colonia|fracc\.?|urb\.?|mah\.?|kec\.?|kel\.?|desa|taman|kampung|"
    r"kawasan|"
    r"phường|quận|huyện|khu|khlong|khwaeng|khet|tambon|amphoe|district|township|p\.o\.|zone|soi|"
    r"via) [\w.'’-]{1,25}(?: [\w.'’-]{1,25}){0,3}$|"
    r"[^\W\d_][\w.'’-]{0,24}(?: [\w.'’-]{1,25}){0,3}(?: (?:district|dist\.?|nagar|vihar|colony|ward|village|extension|"
    r"ext\.?|layout|estate|(?:industrial|business|technology|tech|science|retail|trading|trade|office) (?:area|"
    r"estate|park|zone|centre|center|city)|"
    r"mahallesi|mah\.?|island|county|phase|block|chs|society|apartments|residency|towers?|complex|east|west|north|"
    r"south)|"
    r"-(?:ku|gu|dong|shi|si|do|cho|myeon|eup))$",
    re.IGNORECASE,
)
# A quarter with a number or numeral: "Gulberg III", "Al Quoz Industrial 3", "TP.HCM".
QUARTER = re.compile(rf"{CAPITAL}(?: (?:{LINK} ){{0,2}}{CAPITAL}){{0,3}}(?: (?:\d{{1,2}}(?:-?[A-Z])?|[IVX]{{1,4}}))?$")
# What people write before an address.
CUE = re.compile(
    r"\b(?:address\w*|adress\w*|direcci[oó]n|endere[cç]o|indirizzo|adres\w*|osoite|cím\w*|адрес\w*|ship\w*|"
    r"deliver\w*|courier\w*|"
    r"send|sent|post(?:ed)?|mail(?:ed)?|offices?|hq|headquarters|located|based|moved|relocated|visit|warehouse|"
    r"depot|store|"
    r"premises|site|branch|pick\w* up|collect\w*|drop\w*|lives?|lived|living|home|house|resid\w+|liefer\w*|livr\w*|"
    r"entreg\w*|"
    r"env[ií]\w*|mand\w+|wohn\w*|sitz|siège|sede|oficina|kantoor|biuro|resibo|invoices?|bill(?:ed|ing)?|registered|"
    r"return\w*|plant|"
    r"factory|clinic|shop|showroom|workshop|lab|venue|addr|kirim\w*|alamat|skladi\w*|gönder\w*|"
    r"adresi\w*)\b[^.!?\n]{0,40}$",
    re.IGNORECASE,
)
# Codes that hardly anything else looks like (UK, Ireland, Canada, the Netherlands).
SURE_CODE = re.compile(
    r"(?<![\w-])(?:[A-Z]{1,2}\d[\dA-Z]? \d[ABD-HJLNP-UW-Z]{2}|[A-Z]\d[A-Z] \d[A-Z]\d|"
    r"[AC-FHKNPRTV-Y]\d[\dW] (?=[A-Z]{0,3}\d)[AC-FHKNPRTV-Y0-9]{4}|"
    r"[1-9]\d{3} (?-i:[A-Z]{2})(?= [A-Z]))(?![\w-])",
    re.IGNORECASE,
)
# The code and the town before the street, as in Hungary and Japan.
CODED_FIRST = re.compile(
    rf"(?<![\w.,-])(?:[A-Z]{{1,2}}-)?\d{{4,6}} (?!\d){CITY}(?:,? (?:[IVX]{{1,5}}|\d{{1,2}})\.?)?$|〒?\d{{3}}-\d{{4}}$"
)
# Codes so short that the town must have a capital and nothing else may follow: "101 Reykjavík", "Taipei 104".
SHORT_CODED = re.compile(rf"(?:\d{{3}} {CITY}|{CITY} \d{{2,3}})$")
# Behind a street in small letters: "marikina", "dublin 2".
SMALL_TOWN = re.compile(r"[a-zà-ÿ][a-zà-ÿ'’-]{3,20}(?: [a-zà-ÿ][a-zà-ÿ'’-]{3,20})?(?: \d{1,2})?$")
# "2018 I think" as well: a code has two letters there.
YEAR = re.compile(r"(?<![A-Z]{2} )\b(?:19|20)\d\d(?: [A-Z])?$")
# "Uberlândia - MG", "Torino (TO)".
REGION = re.compile(r" ?[-–(] ?[A-Za-z]{2}\b\)?")
LOWER = re.compile(r"^\d{4,6} (?-i:[a-z])|^[a-z]")
TOWN_PART = re.compile(rf"(?:{TOWN}|[A-Z]{{2,3}})$")
CITY_FIRST = re.compile(rf"{CITY}(?:/{CAPITAL})?(?: \d{{1,2}}\b)?(?![\w])")
NOT_STREETS = re.compile(
    r"\b(?:version|release|build|phase|step|page|row|line|ticket|order|invoice|case|item|batch|q[1-4]|january|"
    r"february|march|april|"
    r"may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|"
    r"monday|tuesday|"
    r"wednesday|thursday|friday|saturday|sunday|week|score|nps|office|windows|chrome|ios|android|iphone|top|over|"
    r"after|before|"
    r"since|until|from|only|about|than|error|code|model|type|tel(?! aviv)|phone|fax|ext|mobile|fon|room|gate|bus|train|"
    r"flight|seat)\b",
    re.IGNORECASE,
)
BOX = re.compile(
    r"(?<!\w)(?:(?:p\.? ?o\.? ?|gpo |g\.p\.o\. )(?:box|bag)|private bag|locked bag|pmb|postfach|bo[îi]te postale|"
    r"b\.p\.|apartado(?: de correos| postal)?|"
    r"apdo\.?(?: correos)?|caixa postal|casella postale|c\.p\.|postbus|postboks|skr(?:ytka|\.)? poczt(?:owa|\.)|"
    r"poštovní přihrádka|p\.b\.) ?"
    r"(?:no\.? ?|nr\.? ?|n° ?)?[x]?\d{1,6}(?:[ -]\d{2,4}){0,2}\b",
    re.IGNORECASE,
)
# A number, some words and a code that only posts write, without commas: "14 hazel grove leeds ls6 2qd".
RUN_ON = re.compile(
    rf"(?<![\w.])\d{{1,5}}[a-z]? (?:{WORD},? ){{2,7}}(?:[A-Z]{{1,2}}\d[\dA-Z]? \d[A-Z]{{2}}|[A-Z]\d[A-Z] \d[A-Z]\d|"
    rf"(?-i:[A-Z]{{2}}) \d{{5}}(?:-\d{{4}})?)\b",
    re.IGNORECASE,
)


# Where the sentence goes on behind: "he lives at 18 Maple Court and", "in der Hauptstraße 12 ist".
WITHIN = re.compile(
    rf"(?<![\w.,/-])(?:\d{{1,5}}[A-Za-z]? (?:{CAPITAL} ){{1,3}}(?:(?P<sure>(?i:{SURE_BEHIND}))|(?i:{MAYBE_BEHIND}))\b|"
    rf"(?P<ends>{CAPITAL}(?:straße|strasse|gasse|allee|gracht|straat|laan|gatan|vägen|veien|vej|utca|"
    rf"katu)) \d{{1,4}}[a-z]?\b|"
    rf"(?P<before>(?i:calle|rue|via|ul\.|ulica|rua|avenida|avenue|viale|piazza|corso|carrer|jalan|"
    rf"jl\.)) (?:{LINK} ){{0,2}}{CAPITAL}"
    rf"(?: {CAPITAL}){{0,2}},? \d{{1,4}}\b)"
)
# Japan, China and Korea in their own signs, from the large to the small.
EASTERN = re.compile(
    r"(?:〒?\d{3}-\d{4}\s?)?[\u4e00-\u9fff]{1,4}[都道府県省市][\u3040-\u30ff\u4e00-\u9fff]{1,12}[\d０-９]{1,4}"
    r"(?:[-－−丁目番地号弄]{1,2}[\d０-９]{0,4}){0,4}|"
    r"[\uac00-\ud7a3]{1,8}(?:시|도) (?:[\uac00-\ud7a3]{1,6}(?:시|구|군) ){1,2}[\uac00-\ud7a3\d]{1,12}(?:로|길|동)"
    r"(?: ?\d{1,4}(?:-\d{1,4})?)?"
)
KILOMETRES = re.compile(
    rf"\b[Kk]m\.? ?\d{{1,3}}(?:[.,]\d)?,? (?:de )?(?:la )?(?i:carretera|ctra\.?|ruta|route|autopista|highway|"
    rf"estrada) (?:{LINK} ){{0,2}}{CAPITAL}"
    rf"(?: {CAPITAL}){{0,2}}"
)
# A street with its number in the part before ("Plot 14, Admiralty Way", "19 bis, rue des Tanneurs") or behind
# ("Rua Augusta, 1500").
NUMBERLESS = re.compile(
    rf"(?:(?:{CAPITAL} ){{1,3}}(?:(?i:{SURE_BEHIND}|{MAYBE_BEHIND}))\.?|"
    rf"(?i:(?<![\w.])(?:{BEFORE}) (?:{LINK} ){{0,3}}{WORD}(?: {WORD}){{0,4}}))$"
)
NUMBER_BEFORE = re.compile(
    r"(?<!\w)(?:(?:flat|plot|house|unit|block|blk|no\.?|number|apt|villa|shop|lot)\.? ?#?)?\d{1,4}(?: ?[a-z]| bis|"
    r" ter)?$",
    re.IGNORECASE,
)
NUMBER_ONLY = re.compile(rf"{NUMBERED}$", re.IGNORECASE)
# What only a post code behind it makes an address: "Plot 22, 3rd Cross, Peenya Industrial Area, Bengaluru 560058".
PLOT = re.compile(
    r"(?<!\w)(?:plot|house|door|flat|h\.? ?no|d\.? ?no|survey|shop)\.? ?(?:no\.?|number|#)? ?[\w/-]{1,12}$",
    re.IGNORECASE,
)
