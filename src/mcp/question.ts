/** What a person is asked before something is done that an agent may not decide. */
export interface Question {
  /** What is to be typed. */
  word: string;
  /** What will be done, for a person. */
  message: string;
}

/** `no`: the user was asked, and does not want it. `nobody`: no user was there to answer. */
export type Asked = "yes" | "no" | "nobody";
