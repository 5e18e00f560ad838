"""What stands in a text where something personal was taken out. By itself: who reads it needs no list of names."""

import re

PLACEHOLDER = re.compile(r"<(?:PERSON_\d+|EMAIL|PHONE|CARD|IBAN|IP|URL|NATIONAL_ID|ADDRESS|SECRET)>")
