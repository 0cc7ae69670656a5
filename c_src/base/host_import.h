// Marks a function that the host provides: an import of module "env" in Wasm, a plain function natively.
#ifndef SHVM_BASE_HOST_IMPORT_H
#define SHVM_BASE_HOST_IMPORT_H

#ifdef __wasm__
#define HOST_IMPORT(name) __attribute__((import_module("env"), import_name(#name)))
#else
#define HOST_IMPORT(name)
#endif

#endif
