"""What is said of a password that is too short."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import translation


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "This password is too short. Use at least 10 characters."),
        ("zh-hans", "密码太短，请至少使用 10 个字符。"),
    ],
)
def test_a_short_password_is_refused_in_the_readers_language(language, sentence):
    with translation.override(language), pytest.raises(ValidationError) as refused:
        validate_password("kq7z!x")
    assert sentence in refused.value.messages
