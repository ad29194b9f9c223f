"""axe-core on a page, from the installed package."""

from importlib.resources import files

# What Plotly draws is one picture with a sentence to axe; its colours are pairs of tokens.
RUN = """async () => (await axe.run(
  { exclude: [".plot-container"] }, { resultTypes: ["violations"] })).violations"""


def violations(page):
    """One line for each violation: rule, element, why."""
    source = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    page.evaluate(source)
    found = page.evaluate(RUN)
    return [
        f"{page.url} {rule['id']}: {node['html'][:160]} ({node.get('failureSummary', '')})"
        for rule in found
        for node in rule["nodes"]
    ]
