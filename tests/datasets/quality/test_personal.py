"""Personal data are told by what cells prove and by telling names; measurements are left alone."""

import pytest

from datasets.quality.personal import find_personal, is_card, is_id_number, is_phone


@pytest.mark.parametrize(
    ("name", "samples", "kind"),
    [
        ("c", ["anna@netz.de", "bob@mail.example.org"], "email"),
        ("contact", ["+49 30 901820", "+1 212 555 0187"], "phone"),
        ("x", ["13812345678", "15912345678"], "phone"),
        ("payment", ["4111 1111 1111 1111", "5500005555555559"], "card"),
        ("paid", [4111111111111111.0, 5500005555555559.0], "card"),
        ("citizen", ["11010519491231002X", "440524188001010014"], "id_number"),
        ("account", ["DE89370400440532013000", "GB82WEST12345698765432"], "id_number"),
        ("x", ["123-45-6789", "222-33-4444"], "id_number"),
        ("dni", ["12345678Z", "87654321X"], "id_number"),
        ("姓名", ["张三", "李四"], "name"),
        ("客户手机号", ["13812345678", "13912345678"], "phone"),
        ("customerEmail", [], "email"),
        ("last_name", ["Meyer", "Ito"], "name"),
        ("date of birth", ["1980-02-02"], "name"),
    ],
)
def test_personal_data_are_found(name, samples, kind):
    assert find_personal(name, samples) == kind


@pytest.mark.parametrize(
    ("name", "samples"),
    [
        ("load_mw", [4100.5, 3999.0]),
        ("turnover", [13812345678.0, 13912345678.0]),
        ("timestamp_ms", [1700000000000.0, 1700000003600.0]),
        ("phone_calls", [12.0, 40.0]),
        ("emails_opened", [12.0, 40.0]),
        ("email_count", [12.0, 40.0]),
        ("mobile_units", [120.5, 130.2]),
        ("day", ["2026-01-02", "2026-01-03"]),
        ("name", ["Bergen", "Cork"]),
        ("range", ["10-20", "30-40"]),
        ("position", ["-12.5 33.2", "10.1 20.2"]),
        ("sku", ["4006381333931", "4006381333948"]),
        ("reading", ["1234567890123456", "1234567890123457"]),
        ("city", ["Bergen"]),
    ],
)
def test_measurements_dates_and_codes_are_no_personal_data(name, samples):
    assert find_personal(name, samples) is None


def test_check_digits_decide():
    assert is_card("4111111111111111")
    assert not is_card("4111111111111112")
    assert is_id_number("11010519491231002X")
    assert not is_id_number("110105194912310021")
    assert is_phone("(030) 901820")
    assert not is_phone("2026-01-02")
