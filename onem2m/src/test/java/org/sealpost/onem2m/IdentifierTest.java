package org.sealpost.onem2m;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifierTest {
    @ParameterizedTest
    @CsvSource({
        "cse-in/x/y, CSE_RELATIVE, //sp.example/mn/cse-in/x/y, /mn/cse-in/x/y, y",
        "Cdoor-1, CSE_RELATIVE, //sp.example/mn/Cdoor-1, /mn/Cdoor-1, Cdoor-1",
        "-, CSE_RELATIVE, //sp.example/mn/-, /mn/-, -",
        "/in-cse, SP_RELATIVE, //sp.example/in-cse, /in-cse, in-cse",
        "/in-cse/a_b.c~, SP_RELATIVE, '', '', ''",
        "//other.example/in/x, ABSOLUTE, //other.example/in/x, /in/x, x"
    })
    void scopesAndForms(String text, Identifier.Scope scope, String absolute, String spRelative, String last) {
        if (absolute.isEmpty()) {
            assertThatThrownBy(() -> new Identifier(text)).isInstanceOf(Refusal.class);
            return;
        }
        Identifier id = new Identifier(text);
        assertThat(id.scope()).isEqualTo(scope);
        assertThat(id.absolute("sp.example", "/mn").text()).isEqualTo(absolute);
        assertThat(id.spRelative("/mn").text()).isEqualTo(spRelative);
        assertThat(id.lastSegment()).isEqualTo(last);
    }

    @Test
    void allFormsOfOneThingHaveOneAbsoluteForm() {
        Identifier absolute = new Identifier("//sp.example/mn/Cdoor-1");
        assertThat(new Identifier("Cdoor-1").absolute("sp.example", "/mn")).isEqualTo(absolute);
        assertThat(new Identifier("/mn/Cdoor-1").absolute("sp.example", "/mn")).isEqualTo(absolute);
        assertThat(absolute.absolute("elsewhere.example", "/x")).isEqualTo(absolute);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "//",
                "///",
                "//sp.example",
                "//sp.example/",
                "//SP.example/x",
                "//-sp/x",
                "//sp./x",
                "a//b",
                "a/",
                "/a/",
                "~",
                "~/a",
                "_",
                "_/a",
                ".",
                "..",
                "a/../b",
                "a b",
                "a\nb",
                "a#b",
                "a?b",
                "a%2fb",
                "\u00fc",
                "a\u0000"
            })
    void refusesAnythingElse(String text) {
        assertThatThrownBy(() -> new Identifier(text))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status()).isEqualTo(ResponseStatus.BAD_REQUEST));
    }

    @Test
    void aTextBeyondTheLimitIsRefusedEvenIfItsFormIsSound() {
        assertThat(new Identifier("a".repeat(512)).text()).hasSize(512);
        assertThatThrownBy(() -> new Identifier("a".repeat(513))).isInstanceOf(Refusal.class);
    }
}
