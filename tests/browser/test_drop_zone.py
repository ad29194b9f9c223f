"""Files dropped and pasted anywhere on Home, and what a person sees of it."""

DROP = """(files) => {
  const carried = new DataTransfer();
  for (const [name, text] of files) carried.items.add(new File([text], name));
  for (const kind of ['dragenter', 'drop']) {
    const how = { dataTransfer: carried, bubbles: true, cancelable: true };
    window.dispatchEvent(new DragEvent(kind, how));
  }
}"""
PASTE = """(text) => {
  const carried = new DataTransfer();
  carried.setData('text/plain', text);
  const how = { clipboardData: carried, bubbles: true };
  document.body.dispatchEvent(new ClipboardEvent('paste', how));
}"""
DAYS = "day\tload\n" + "".join(f"2026-01-{day:02d}\t{day}\n" for day in range(1, 29))


def test_a_dropped_file_is_read_and_its_page_opens_by_itself(page):
    page.goto("/")
    page.evaluate(DROP, [["load.csv", DAYS.replace("\t", ",")]])
    page.wait_for_selector("#explorer-chart[data-state=drawn]", timeout=30_000)
    assert page.locator("h1").inner_text() == "load"
    assert "28" in page.locator(".facts").inner_text()


def test_a_pasted_table_becomes_a_dataset(page):
    page.goto("/")
    page.evaluate(PASTE, DAYS)
    page.wait_for_selector("#explorer-chart[data-state=drawn]", timeout=30_000)
    assert page.locator("h1").inner_text() == "Pasted table"


def test_an_empty_file_is_refused_in_the_drop_zone_with_a_remedy(page):
    page.goto("/")
    page.evaluate(DROP, [["empty.csv", ""]])
    zone = page.locator('.drop[data-state="refused"]')
    assert "empty.csv is empty" in zone.inner_text()
    assert "Choose a file with a header row" in zone.inner_text()


def test_two_files_at_once_are_refused_with_a_remedy(page):
    page.goto("/")
    page.evaluate(DROP, [["a.csv", DAYS], ["b.csv", DAYS]])
    assert "One file at a time" in page.locator('.drop[data-state="refused"]').inner_text()


def test_a_file_that_is_no_table_is_refused_by_the_server_in_the_drop_zone(
    stack, chromium, signed_in
):
    # A page of its own: the browser reports the refusing answer on its console.
    context = chromium.new_context(storage_state=signed_in, base_url=stack.url)
    page = context.new_page()
    page.goto("/")
    page.evaluate(DROP, [["notes.csv", "%PDF-1.7 not a table"]])
    page.wait_for_selector('.drop[data-state="refused"]')
    words = page.locator(".drop").inner_text()
    context.close()
    assert "notes.csv was not imported" in words
    assert "Save the table as CSV" in words
