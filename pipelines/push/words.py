"""An issue as trackers read it: Markdown (Linear, and what a dry run prints) and Atlassian's document format (Jira).

ADF: developer.atlassian.com/cloud/jira/platform/apis/document/structure (doc, paragraph, bulletList, blockquote).
"""

import re
from typing import Any

from cx.issue import Issue, Quote

Node = dict[str, Any]
FROM = "Written by Sottovoce"
# What Markdown would read as more than a character: links, pictures, mentions and marks stay plain words.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#|~!@])")


def plain(text: str) -> str:
    """Give text that Markdown shows as it is."""
    return _MARKUP.sub(r"\\\1", text)


def markdown(issue: Issue, *, opening: str = "", mark: str = "") -> str:
    """Write an issue as Markdown."""
    parts = [opening] if opening else []
    parts.append("\n".join(f"- {plain(line)}" for line in issue.lines))
    parts += [f"> {plain(one.text)}\n>\n> {plain(_who(one))}" for one in issue.quotes]
    # Our own address, not a customer's word.
    parts.append(f"[All comments]({issue.link})" if issue.link else "")
    parts.append(_signed(mark))
    return "\n\n".join(part for part in parts if part) + "\n"


def document(issue: Issue, *, opening: str = "", mark: str = "") -> Node:
    """Write an issue as an ADF document."""
    content = [_paragraph(opening)] if opening else []
    items = [{"type": "listItem", "content": [_paragraph(line)]} for line in issue.lines]
    content.append({"type": "bulletList", "content": items})
    content += [
        {"type": "blockquote", "content": [_paragraph(one.text), _paragraph(_who(one))]}
        for one in issue.quotes
        if one.text
    ]
    if issue.link:
        linked = {"type": "link", "attrs": {"href": issue.link}}
        content.append({"type": "paragraph", "content": [{"type": "text", "text": "All comments", "marks": [linked]}]})
    content.append(_paragraph(_signed(mark)))
    return {"type": "doc", "version": 1, "content": content}


def _who(quote: Quote) -> str:
    return f"{quote.role.replace('_', ' ')}, {quote.stage.replace('_', ' ')}"


def _signed(mark: str) -> str:
    return f"{FROM} ({mark})" if mark else FROM


def _paragraph(text: str) -> Node:
    return {"type": "paragraph", "content": [{"type": "text", "text": text}]}
