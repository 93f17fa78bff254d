package org.sealpost.onem2m;

final class Codecs {
    private Codecs() {}

    static PrimitiveCodec of(Serialization serialization) {
        throw new IllegalStateException("under construction: " + serialization);
    }
}
