/** The server's database. */
@org.jspecify.annotations.NullMarked
package org.sealpost.server.store;
