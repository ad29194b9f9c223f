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


def imported(page):
    """Import what waits, by the one key; the dataset's page stands afterwards."""
    page.wait_for_selector("[data-mapper]", timeout=30_000)
    page.wait_for_load_state()
    page.keyboard.press("Enter")
    page.wait_for_selector("#explorer-chart[data-state=drawn]", timeout=30_000)


def test_a_dropped_file_is_read_checked_and_imported_by_one_key(page):
    page.goto("/")
    page.evaluate(DROP, [["load.csv", DAYS.replace("\t", ",")]])
    page.wait_for_selector("[data-mapper]", timeout=30_000)
    assert "1 series, one reading a day" in page.locator(".headline").inner_text()
    imported(page)
    assert page.locator("h1").inner_text() == "load"
    assert "28" in page.locator(".facts").inner_text()


def test_a_pasted_table_becomes_a_dataset(page):
    page.goto("/")
    page.evaluate(PASTE, DAYS)
    imported(page)
    assert page.locator("h1").inner_text() == "Pasted table"


def test_an_empty_file_is_refused_with_a_remedy(page):
    page.goto("/")
    page.evaluate(DROP, [["empty.csv", ""]])
    arrival = page.locator('.arrival[data-state="refused"]')
    assert "empty.csv" in arrival.inner_text()
    assert "Choose a file with a header row" in arrival.inner_text()


def test_several_files_arrive_side_by_side_and_each_leads_to_its_mapper(page):
    page.goto("/")
    page.evaluate(DROP, [["a.csv", DAYS], ["b.csv", DAYS], ["c.csv", DAYS]])
    page.wait_for_function(
        """() => [...document.querySelectorAll('[data-arrival-line]')]
             .filter((line) => line.textContent.startsWith('Read.')).length === 3""",
        timeout=30_000,
    )
    page.get_by_role("link", name="Check and import").nth(1).click()
    imported(page)
    assert page.locator("h1").inner_text() == "b"


def test_a_choice_is_read_at_once_and_its_counts_are_shown(page):
    page.goto("/")
    page.evaluate(DROP, [["load.csv", DAYS.replace("\t28\n", "\tn/a\n")]])
    page.wait_for_selector("[data-mapper]", timeout=30_000)
    assert "1 of 56 cells" in page.locator(".headline").inner_text()
    with page.expect_navigation():
        page.locator("label", has_text="Leave the rows out").click()
    page.wait_for_selector("[data-mapper]", timeout=30_000)
    assert page.locator(".times .figure").first.inner_text() == "27"
    imported(page)
    assert "27" in page.locator(".facts").inner_text()


def test_an_upload_goes_on_after_a_lost_connection_and_a_reload(
    stack, chromium, signed_in, tmp_path
):
    # A page of its own: the browser reports lost connections on its console.
    context = chromium.new_context(storage_state=signed_in, base_url=stack.url)
    page = context.new_page()
    path = tmp_path / "large.csv"
    path.write_text("day,load\n" + "2026-01-01,12345678\n" * 1_500_000)
    pieces = []

    def lose(route):
        if route.request.method != "PATCH":
            route.continue_()
            return
        pieces.append(int(route.request.headers["upload-offset"]))
        if len(pieces) > 1:
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/api/v1/uploads/**", lose)
    page.goto("/")
    page.set_input_files("[data-upload] input[type=file]", path)
    page.wait_for_selector('.arrival[data-state="lost"]')
    page.unroute_all()
    page.goto("/data/")
    page.goto("/")
    waiting = page.locator('.arrival[data-state="lost"]')
    waiting.wait_for()
    assert "Choose the same file again to go on" in waiting.inner_text()
    again = []
    page.on("request", lambda request: again.append(request) if request.method == "PATCH" else 0)
    page.set_input_files("[data-upload] input[type=file]", path)
    page.wait_for_selector("[data-mapper]", timeout=60_000)
    assert int(again[0].headers["upload-offset"]) > 0
    assert "1,500,000" in page.locator(".times").inner_text()
    context.close()


def test_a_file_that_is_no_table_is_refused_by_the_server_with_a_remedy(stack, chromium, signed_in):
    # A page of its own: the browser reports the refusing answer on its console.
    context = chromium.new_context(storage_state=signed_in, base_url=stack.url)
    page = context.new_page()
    page.goto("/")
    page.evaluate(DROP, [["notes.csv", "%PDF-1.7 not a table"]])
    page.wait_for_selector('.arrival[data-state="refused"]')
    words = page.locator(".arrival").inner_text()
    context.close()
    assert "notes.csv" in words
    assert "a PDF document" in words
