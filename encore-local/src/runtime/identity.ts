import { SchemaCompiler } from "../codec/compile-schema";
import type { ObjectVisitor } from "../codec/compound-visitors";
import { encodeJson } from "../codec/js-value";
import { type BodyReader, readerOf } from "../endpoint/body-params";
import { topFields } from "../endpoint/fields";
import type { AppModel } from "../model/types";
import type { Payload } from "./request";

/** Who makes a call. */
export interface Identity {
  userId: string;
  data: Payload;
}

/**
 * Auth data travels from the auth handler to the endpoint, and from service to service, as JSON: what arrives is what
 * its type declares, and nothing of it is shared.
 */
export class AuthDataCodec {
  readonly #read: BodyReader | undefined;

  constructor(model: AppModel, decimal: (value: string) => unknown) {
    const schema = model.gateways[0]?.authHandler?.authData;
    if (!schema) return;
    const compiler = new SchemaCompiler({ declarations: model.declarations, decimal, fromQuery: false });
    const visitor = compiler.object(topFields(schema, model.declarations));
    this.#read = readerOf(visitor satisfies ObjectVisitor, "auth data");
  }

  /** @throws ApiFailure when the data does not match its type. */
  carry(identity: Identity): Identity {
    if (!this.#read) return identity;
    return { userId: identity.userId, data: this.#read(encodeJson(identity.data)) };
  }
}
