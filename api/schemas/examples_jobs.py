"""Examples of what comes in and of the work it makes; `examples` gathers them."""

from typing import Any

_CURSOR = "NWY0ZC4uLg"
_AT = "2026-09-30T07:30:00Z"
ANSWER_IN: dict[str, Any] = {
    "kind": "responses",
    "response_id": "r-1042",
    "survey_id": "nps-2026",
    "account_id": "A07",
    "contact_id": "A07-C2",
    "responded_at": "2026-09-24T08:12:00Z",
    "score": 4,
    "comment": "In the demo the dock schedule filled itself. Here two of my people key it in every evening.",
    "role": "champion",
    "stage": "usage",
}
MESSAGE_IN: dict[str, Any] = {
    "message_id": "m-77",
    "author_side": "customer",
    "public": True,
    "sent_at": "2026-09-26T10:00:00Z",
    "body": "Closed as solved. It is not solved.",
}
TICKET_IN: dict[str, Any] = {
    "kind": "tickets",
    "ticket_id": "t-311",
    "account_id": "A07",
    "opened_at": "2026-09-26T10:00:00Z",
    "messages": [MESSAGE_IN],
}
IN_APP_IN: dict[str, Any] = {
    "kind": "in_app",
    "comment_id": "f-9",
    "account_id": "A07",
    "feature": "Dock schedule",
    "commented_at": "2026-09-12T15:20:00Z",
    "comment": "Could the list remember my filter?",
}
NOTE_IN: dict[str, Any] = {
    "kind": "review_notes",
    "note_id": "n-5",
    "account_id": "A07",
    "author_id": "csm-2",
    "meeting": "QBR",
    "noted_at": "2026-09-16T09:00:00Z",
    "text": "Champion repeats that the connector was part of the offer.",
}
ROW_ERROR: dict[str, Any] = {
    "row": 2,
    "column": "score",
    "value": "nine",
    "reason": "not a number",
    "next_step": "mend the row and post it again",
}
STAGE_DONE: dict[str, Any] = {
    "stage": "prepare",
    "seconds": 0.4,
    "rows_in": 2,
    "rows_out": 5,
    "counts": {"empty": 0, "not covered": 0, "redacted": 1},
}
RUN_DONE: dict[str, Any] = {"run_id": 12, "seconds": 4.2, "stages": [STAGE_DONE]}
JOB: dict[str, Any] = {
    "job_id": "job_5d1c0a9be2110f3a",
    "kind": "comments",
    "state": "done",
    "step": None,
    "key_id": "key_5d1c0a9be211",
    "import_id": None,
    "created_at": _AT,
    "started_at": "2026-09-30T07:30:01Z",
    "finished_at": "2026-09-30T07:30:06Z",
    "received": 3,
    "refused": 1,
    "counts": {"new": 2},
    "errors": [ROW_ERROR],
    "errors_total": 1,
    "notes": [],
    "run": RUN_DONE,
    "problem": None,
}
PROGRESS: dict[str, Any] = {"stage": "embed", "rows_done": 1200, "rows_total": 4100, "heard_at": _AT}
RUN: dict[str, Any] = {
    "run_id": 12,
    "command": "run",
    "state": "done",
    "started_at": "2026-09-30T07:30:02Z",
    "finished_at": "2026-09-30T07:30:06Z",
    "seconds": 4.2,
    "stages": [STAGE_DONE],
    "progress": None,
    "model_keys": {"embedder": "all-MiniLM-L6-v2"},
    "error": None,
}
QUARANTINED: dict[str, Any] = {
    "id": 31,
    "file": "answers-q3.csv",
    "row_number": 118,
    "kind": "responses",
    "column": "Score",
    "value": "11",
    "reason": "11 lies outside the survey's range 0 to 10: correct the score, or the survey's scale",
    "state": "open",
    "set_aside_at": _AT,
    "settled_at": None,
}
QUARANTINED_FILE: dict[str, Any] = {"file": "answers-q3.csv", "kind": "responses", "rows": 1}
COLUMN: dict[str, Any] = {"column": "How likely are you to recommend us?", "field": "score", "values": ["9", "4", "7"]}
READ_ROW: dict[str, Any] = {
    "row": 3,
    "outcome": "quarantined",
    "values": {"account_name": "Northwind Freight", "score": "11", "comment": "The export stops at noon."},
    "column": "How likely are you to recommend us?",
    "value": "11",
    "reason": "11 lies outside the survey's range 0 to 10: correct the score, or the survey's scale",
}
PART: dict[str, Any] = {
    "kind": "responses",
    "survey": "nps-answers-q3",
    "rows": 412,
    "left_out": {"previews, tests and spam (Status)": 3},
    "columns": [COLUMN],
    "tried": 200,
    "outcomes": {"new": 199, "quarantined": 1},
    "read": [READ_ROW],
}
PREVIEW: dict[str, Any] = {
    "source": None,
    "parts": [],
    "problem": None,
    "format": "CSV",
    "rows": None,
    "kind": "responses",
    "columns": [COLUMN],
    "fields": ["response_id", "survey_id", "account_id", "score", "comment"],
    "needed": ["comment or score"],
    "kinds": ["responses", "in_app"],
    "survey": "nps-answers-q3",
    "surveys": ["nps-2026"],
    "notes": ["answers are kept as NPS under the new survey 'nps-answers-q3' (change it with `survey`)"],
    "tried": 200,
    "outcomes": {"new": 199, "quarantined": 1},
    "read": [READ_ROW],
}
IMPORT: dict[str, Any] = {
    "import_id": "up_5d1c0a9be2110f3a",
    "name": "answers-q3.csv",
    "size_bytes": 48213,
    "sha256": "9f" * 32,
    "state": "uploaded",
    "key_id": "key_5d1c0a9be211",
    "uploaded_at": _AT,
    "preview": PREVIEW,
    "job": None,
}
MAPPING_IN: dict[str, Any] = {
    "kind": "nps",
    "columns": {"comment": "Why?", "score": "How likely are you to recommend us?"},
    "survey": "nps-2026",
    "date_order": "dmy",
}
SAVED_MAPPING: dict[str, Any] = {
    "name": "survey tool",
    "kind": "responses",
    "columns": {"comment": "Why?", "score": "How likely are you to recommend us?"},
    "survey": "nps-2026",
    "date_order": "dmy",
    "updated_at": _AT,
}

# By the schema's name in /openapi.json.
EXAMPLES: dict[str, dict[str, Any]] = {
    "AnswerIn": ANSWER_IN,
    "ChosenRows": {"ids": [31, 32], "file": None},
    "ColumnOut": COLUMN,
    "CommentsIn": {"comments": [ANSWER_IN, TICKET_IN]},
    "DismissedOut": {"dismissed": 2},
    "ExportPartOut": PART,
    "HookOut": {"job_id": "job_5d1c0a9be2110f3a"},
    "ImportIn": {**MAPPING_IN, "save_as": "survey tool"},
    "ImportOut": IMPORT,
    "ImportPage": {"items": [{**IMPORT, "preview": None}], "next_cursor": None},
    "InAppIn": IN_APP_IN,
    "JobOut": JOB,
    "JobPage": {"items": [JOB], "next_cursor": _CURSOR},
    "MappingIn": MAPPING_IN,
    "MendedRow": {"id": 31, "cells": {"Score": "10"}},
    "MessageIn": MESSAGE_IN,
    "NoteIn": NOTE_IN,
    "PreviewOut": PREVIEW,
    "ProgressOut": PROGRESS,
    "QuarantinePage": {"items": [QUARANTINED], "next_cursor": None, "total": 1, "files": [QUARANTINED_FILE]},
    "QuarantinedFileOut": QUARANTINED_FILE,
    "QuarantinedOut": QUARANTINED,
    "ReadRowOut": READ_ROW,
    "RetryIn": {"rows": [{"id": 31, "cells": {"Score": "10"}}]},
    "RowErrorOut": ROW_ERROR,
    "RunDoneOut": RUN_DONE,
    "RunIn": {"refit": False},
    "RunOut": {**RUN, "state": "running", "finished_at": None, "seconds": None, "progress": PROGRESS},
    "RunPage": {"items": [RUN], "next_cursor": None},
    "SavedMappingOut": SAVED_MAPPING,
    "SavedMappingPage": {"items": [SAVED_MAPPING], "next_cursor": None},
    "StageDoneOut": STAGE_DONE,
    "TicketIn": TICKET_IN,
}
