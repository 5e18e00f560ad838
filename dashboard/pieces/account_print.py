"""A button that prints the page: the browser's own dialogue."""

import streamlit as st

from dashboard import look

LABEL = "Print, or save as PDF"
_JS = """
export default function (component) {
  const button = component.parentElement.querySelector("button");
  button.onclick = () => window.print();
}
"""
_CSS = """
button { font: 600 15px/1.4 system-ui, sans-serif; padding: .45em 1em; border-radius: 8px; cursor: pointer;
  color: var(--st-background-color); background: var(--st-primary-color); border: 1px solid var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
"""
_button = st.components.v2.component(
    "sottovoce_print", html=f'<button type="button">{look.text(LABEL)}</button>', css=_CSS, js=_JS
)


def button() -> None:
    """Draw it; paper does not show it."""
    _button(key="print")
