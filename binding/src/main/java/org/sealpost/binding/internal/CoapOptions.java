package org.sealpost.binding.internal;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.californium.core.coap.Option;
import org.eclipse.californium.core.coap.OptionSet;
import org.eclipse.californium.core.coap.option.IntegerOptionDefinition;
import org.eclipse.californium.core.coap.option.MapBasedOptionRegistry;
import org.eclipse.californium.core.coap.option.OptionDefinition;
import org.eclipse.californium.core.coap.option.OptionRegistry;
import org.eclipse.californium.core.coap.option.StandardOptionRegistry;
import org.eclipse.californium.core.coap.option.StringOptionDefinition;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Timestamps;

/** The options of TS-0008 table 6.2.2.4.0-1, all critical and none repeatable. */
final class CoapOptions {
    static final StringOptionDefinition ORIGINATING_TIMESTAMP = time(259, "oneM2M-OT");
    static final StringOptionDefinition NOTIFICATION_URIS = text(263, "oneM2M-RTURI", 255);
    static final IntegerOptionDefinition RESOURCE_TYPE = number(267, "oneM2M-TY", 2);
    static final StringOptionDefinition RELEASE_VERSION = text(271, "oneM2M-RVI", 2);
    static final StringOptionDefinition FROM = text(279, "oneM2M-FR", 255);
    static final StringOptionDefinition REQUEST_ID = text(283, "oneM2M-RQI", 255);
    static final StringOptionDefinition REQUEST_EXPIRATION = time(291, "oneM2M-RQET");
    static final StringOptionDefinition RESULT_EXPIRATION = time(295, "oneM2M-RSET");
    static final IntegerOptionDefinition EVENT_CATEGORY = number(303, "oneM2M-EC", 1);
    static final IntegerOptionDefinition STATUS = number(307, "oneM2M-RSC", 2);
    static final StringOptionDefinition GROUP_REQUEST_ID = text(311, "oneM2M-GID", 255);
    static final StringOptionDefinition GROUP_TARGETS = text(335, "oneM2M-GTM", 512);

    /** Read, so that they can be refused by name. */
    private static final List<OptionDefinition> UNSUPPORTED = List.of(
            text(275, "oneM2M-ASRI", 255),
            time(299, "oneM2M-OET"),
            number(319, "oneM2M-CTO", 2),
            number(323, "oneM2M-CTS", 2),
            text(327, "oneM2M-ATI", 255),
            text(331, "oneM2M-VSI", 255),
            text(339, "oneM2M-AUS", 255));

    private static final OptionDefinition[] SUPPORTED = {
        ORIGINATING_TIMESTAMP, NOTIFICATION_URIS, RESOURCE_TYPE, RELEASE_VERSION, FROM, REQUEST_ID,
        REQUEST_EXPIRATION, RESULT_EXPIRATION, EVENT_CATEGORY, STATUS, GROUP_REQUEST_ID, GROUP_TARGETS
    };

    /** The standard's options of CoAP and these; any other critical option is answered with 4.02. */
    static final OptionRegistry REGISTRY = new MapBasedOptionRegistry(
            new MapBasedOptionRegistry(StandardOptionRegistry.STANDARD_OPTIONS, SUPPORTED),
            UNSUPPORTED.toArray(new OptionDefinition[0]));

    private CoapOptions() {}

    static void refuseUnsupported(OptionSet options) {
        for (OptionDefinition definition : UNSUPPORTED) {
            if (options.hasOption(definition)) {
                throw new Refusal(
                        ResponseStatus.NOT_IMPLEMENTED,
                        "the option " + definition.getName() + " is not supported: leave it out");
            }
        }
    }

    static Optional<String> text(OptionSet options, StringOptionDefinition definition) {
        return only(options, definition).map(o -> {
            String value = o.getStringValue();
            if (value.isEmpty()) {
                throw refused("the option " + definition.getName() + " is empty");
            }
            return value;
        });
    }

    static String require(OptionSet options, StringOptionDefinition definition) {
        return text(options, definition)
                .orElseThrow(() -> refused("the option " + definition.getName() + " is missing: add it"));
    }

    static Optional<Integer> number(OptionSet options, IntegerOptionDefinition definition) {
        return only(options, definition).map(Option::getIntegerValue);
    }

    static Optional<Instant> time(OptionSet options, StringOptionDefinition definition) {
        return text(options, definition).map(v -> {
            try {
                return Timestamps.parse(v);
            } catch (Refusal e) {
                throw refused("the option " + definition.getName() + " is not read: " + e.sentence());
            }
        });
    }

    static void put(OptionSet options, StringOptionDefinition definition, Optional<String> value) {
        value.ifPresent(v -> {
            try {
                options.addOption(definition.create(v));
            } catch (IllegalArgumentException e) {
                throw refused("a value is too long for the option " + definition.getName());
            }
        });
    }

    static void putNumber(OptionSet options, IntegerOptionDefinition definition, Optional<Integer> value) {
        value.ifPresent(v -> {
            try {
                options.addOption(definition.create(v));
            } catch (IllegalArgumentException e) {
                throw refused("a value is too large for the option " + definition.getName());
            }
        });
    }

    static void putTime(OptionSet options, StringOptionDefinition definition, Optional<Instant> value) {
        put(options, definition, value.map(Timestamps::format));
    }

    private static Optional<Option> only(OptionSet options, OptionDefinition definition) {
        List<Option> found = options.getOthers(definition);
        if (found.size() > 1) {
            throw refused("the option " + definition.getName() + " appears more than once");
        }
        return found.stream().findFirst();
    }

    private static StringOptionDefinition text(int number, String name, int longest) {
        return new StringOptionDefinition(number, name, true, 0, longest);
    }

    private static StringOptionDefinition time(int number, String name) {
        return text(number, name, 15);
    }

    private static IntegerOptionDefinition number(int number, String name, int octets) {
        return new IntegerOptionDefinition(number, name, true, 0, octets);
    }

    private static Refusal refused(String sentence) {
        return new Refusal(ResponseStatus.BAD_REQUEST, sentence);
    }
}
