"""When a page has come to rest: told by its state, never by silence or time."""

# Fragments asked for as the page loads have come and were put in place, nothing else is asked
# for, and every chart that can be seen is drawn or says why not.
AT_REST = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const asks = (one) => one.getAttribute("hx-get") ?? one.getAttribute("hx-post");
  const come = new Set(performance.getEntriesByType("resource").map((one) => one.name));
  const hasCome = (one) => come.has(new URL(asks(one), location).href);
  const isDone = (one) => {
    const { top, bottom, width } = one.getBoundingClientRect();
    const isSeen = width && bottom > 0 && top < innerHeight;
    return !isSeen || ["drawn", "said"].includes(one.dataset.state);
  };
  return document.readyState === "complete"
    && all("[hx-trigger^=load]").every(hasCome)
    && !all(".htmx-request, .htmx-swapping, .htmx-settling").length
    && all(".chart:is([data-chart], [data-chart-url])").every(isDone);
}"""


def wait_until_settled(page):
    page.wait_for_function(AT_REST, timeout=30_000)
