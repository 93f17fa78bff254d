/** MEF and MAF as roles: listeners and operator's doors around enclaves that hold the keys. */
@org.jspecify.annotations.NullMarked
package org.sealpost.server.provisioning;
