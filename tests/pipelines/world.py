"""A small world in the canonical layout, written to files."""

import json
from pathlib import Path

FILES = {
    "accounts.csv": """account_id,name,domain,segment,arr,currency,contract_start,first_value_date,renewal_date
a1,Acme Freight,acme.test,enterprise,120000.50,USD,2025-01-10,2025-03-01,2026-01-09
a2,Birch Clinics,birch.test,SMB,9000,EUR,2025-06-01,,2026-05-31
""",
    "staff.csv": """staff_id,name,email,function,account_id,valid_from
s1,Nina Vogt,nina@vendor.test,csm,a1,2025-01-01
s2,Omar Said,omar@vendor.test,support_lead,,
""",
    "contacts.csv": """contact_id,account_id,name,email,title,role,role_from,role_to,left_on
c1,a1,Ada Long,ada@acme.test,COO,champion,2025-01-01,2025-06-30,
c1,a1,Ada Long,ada@acme.test,COO,economic_buyer,2025-07-01,,
c2,a1,Ben Ames,ben@acme.test,Clerk,end user,,,
c3,a2,Cora Hill,cora@birch.test,Admin,Administrator,,,
""",
    "surveys.csv": """survey_id,name,type,scale_min,scale_max,high_is_good,flag_line,stage,anonymous
nps-q,Quarterly NPS,nps,0,10,true,,,false
ces-onb,Onboarding CES,ces,1,7,true,4,onboarding,false
pulse,Pulse,csat,1,5,true,3,,true
""",
    "responses.csv": """response_id,survey_id,account_id,contact_id,ticket_id,responded_at,score,comment
r1,nps-q,a1,c1,,2025-05-02T10:00:00Z,9,Great people to work with
r2,nps-q,a1,c1,,2025-08-02T10:00:00+02:00,4,"Slower every month,
and nobody says why"
r3,ces-onb,a2,c3,,2025-06-20,2,Nothing we were shown in the demo is there
r4,pulse,a2,c3,,2025-07-01,1,The boss reads along anyway
r5,nps-q,a2,c3,,2025-12-01,7,
""",
    "in_app.csv": """comment_id,account_id,contact_id,feature,commented_at,comment
i1,a1,c2,Export,2025-09-09 09:00,Export stops at 500 rows
""",
    "review_notes.csv": """note_id,account_id,contact_id,author_id,meeting,noted_at,text
n1,a1,c1,s1,QBR,2025-10-10,She says the roadmap talk was vague
""",
    "usage.csv": """account_id,week_start,active_users,licensed_users,key_actions
a1,2025-09-01,40,60,900
a1,2025-09-08,38,60,850
""",
    "revenue.csv": """event_id,account_id,occurred_on,kind,amount,currency
e1,a1,2025-01-10,new,120000.50,USD
""",
    "health.csv": """account_id,scored_on,status,score
a1,2025-09-01,green,82.5
""",
    "opportunities.csv": """opportunity_id,account_id,name,kind,stage,amount,currency,opened_on,expected_close,outcome
o1,a1,More seats,expansion,proposal,20000,USD,2025-08-01,2025-12-01,
""",
}
TICKETS = [
    {
        "ticket_id": "t1",
        "account_id": "a1",
        "contact_id": "c2",
        "subject": "Export broken",
        "opened_at": "2025-09-01T08:00:00Z",
        "status": "solved",
        "messages": [
            {
                "message_id": "m1",
                "author_side": "customer",
                "public": True,
                "author_id": "c2",
                "sent_at": "2025-09-01T08:00:00Z",
                "body": "The export gives an empty file",
            },
            {
                "message_id": "m2",
                "author_side": "vendor",
                "public": True,
                "author_id": "s2",
                "sent_at": "2025-09-01T09:00:00Z",
                "body": "We look into it",
            },
            {
                "message_id": "m3",
                "author_side": "customer",
                "public": False,
                "sent_at": "2025-09-01T09:30:00Z",
                "body": "internal forward",
            },
        ],
    }
]
HANDOFFS = [
    {
        "account_id": "a1",
        "handed_over_on": "2025-01-12",
        "from_staff_id": "s9",
        "to_staff_id": "s1",
        "goals": ["One view of all shipments"],
        "decision_criteria": ["SSO"],
        "commitments": [
            {"commitment_id": "p1", "text": "SSO by March", "made_by": "s9", "made_on": "2025-01-05"},
        ],
    }
]


def write_world(folder: Path) -> Path:
    """Write all files; gives the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    write_lines(folder / "tickets.jsonl", TICKETS)
    write_lines(folder / "handoffs.jsonl", HANDOFFS)
    return folder


def write_lines(file: Path, rows: list[dict]) -> Path:
    """Write JSON lines."""
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def write(file: Path, text: str) -> Path:
    """Write a text file; gives its path."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file
