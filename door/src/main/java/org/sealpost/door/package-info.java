/** The operator's door of a program: local HTTP behind a token. */
@org.jspecify.annotations.NullMarked
package org.sealpost.door;
