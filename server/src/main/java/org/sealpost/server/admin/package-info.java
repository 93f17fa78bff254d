/** The operator's door: a local HTTP API behind a token. */
@org.jspecify.annotations.NullMarked
package org.sealpost.server.admin;
